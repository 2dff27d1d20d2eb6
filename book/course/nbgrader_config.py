"""Settings of nbgrader for this course: run its commands in the folder that holds this file."""

import os
from pathlib import Path

COURSE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "lossbook"

# Seconds that a cell may take. A single call inside a test stops after 5 seconds by itself.
c.Execute.timeout = 30
# On a busy machine output may come late; 4 seconds, the default, fail the whole notebook.
c.Execute.iopub_timeout = 30

# Before a submission's first cell runs: take modules from the environment and never from beside
# the notebook, then close the course's files to it. See lossbook/grading/guard.py.
BEFORE_SUBMISSION = (
    "import sys; sys.path[:] = [p for p in sys.path if p]; "
    f"from lossbook.grading import guard; guard.start({str(COURSE)!r})"
)
c.Execute.extra_arguments = [
    f"--IPKernelApp.exec_lines={BEFORE_SUBMISSION}",
    "--log-level=ERROR",
]

# The arrays are small: threads that wait for each other would cost more than they compute.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

# A test cell that a student deleted comes back, and fails.
c.OverwriteCells.add_missing_cells = True

c.ClearSolutions.code_stub = {
    "python": "# Your code here, in place of the next line.\nraise NotImplementedError"
}
c.ClearSolutions.text_stub = "*Your answer here.*"
