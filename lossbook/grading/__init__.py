"""What the test cells of the course's assignments call, and what watches over their grading.

A test cell gives the student's function and a right one, with inputs of its own::

    grading.compare(softmax_loss, reference.softmax_loss, draws)
    grading.check_gradient(softmax_loss_grad, reference.softmax_loss, draws)

Both raise :class:`Wrong`, whose message says what is wrong and never what is right. While a
student's function runs, ready-made losses refuse to (``calling``), and while a submission is
graded, so do the files of the course (``guard``). ``python -m lossbook.grading <course folder>``
reports what happened in a round of grading.
"""

from lossbook.grading.calling import Wrong
from lossbook.grading.comparison import check_gradient, compare

__all__ = ["Wrong", "check_gradient", "compare"]
