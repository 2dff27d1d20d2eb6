"""What the test cells of the course's assignments call, and how submissions are graded.

A test cell gives the student's function and a right one, with inputs of its own::

    grading.compare(softmax_loss, reference.softmax_loss, draws)
    grading.check_gradient(softmax_loss_grad, reference.softmax_loss, draws)
    grading.check(counterexample, is_one, draws, otherwise="finds none")

All raise :class:`Wrong`, whose message says what is wrong and never what is right. In a student's
notebook the function runs where it stands (``calling``). When points are decided it runs in another
process (``outside`` starts ``runner``, and ``wire`` carries the numbers), with nothing to read
(``isolation``, ``guard``). ``autograde`` puts that into nbgrader's place, and
``python -m lossbook.grading <course folder>`` reports what happened in a round of grading.
"""

from lossbook.grading.calling import Wrong
from lossbook.grading.comparison import check, check_gradient, compare

__all__ = ["Wrong", "check", "check_gradient", "compare"]
