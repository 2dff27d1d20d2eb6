"""Settings of nbgrader for this course: run its commands in the folder that holds this file."""

import os
from pathlib import Path

from nbgrader.server_extensions.formgrader import formgrader

from lossbook.grading import autograde, feedback

COURSE = Path(__file__).resolve().parent

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "lossbook"

# Seconds that a cell may take. A single call inside a test stops after 5 seconds by itself.
c.Execute.timeout = 60
# On a busy machine output may come late; 4 seconds, the default, fail the whole notebook.
c.Execute.iopub_timeout = 30

# Points come from functions that run outside the notebook, and the notebook runs in isolation.
c.Autograde.autograde_preprocessors = autograde.preprocessors(COURSE)
c.Execute.extra_arguments = ["--log-level=ERROR"]

# Feedback is complete without a network and does not show the hidden tests.
c.GenerateFeedback.exporter_class = feedback.exporter()
# So are the formgrader's pages, which show all tests. nbgrader has no setting for it.
formgrader.HTMLExporter = feedback.exporter(hidden_tests=True)

# The arrays are small: threads that wait for each other would cost more than they compute.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

# A test cell that a student deleted comes back, and fails.
c.OverwriteCells.add_missing_cells = True

c.ClearSolutions.code_stub = {
    "python": "# Your code here, in place of the next line.\nraise NotImplementedError"
}
c.ClearSolutions.text_stub = "*Your answer here.*"
