"""No claim is unanswered: every chapter that exists gives a verdict on each of its claims."""

import pytest
from book_data import BOOK, Claim, claims, verdicts

VERDICTS = ("holds", "holds if", "does not hold", "not shown here")


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.name)
def test_a_written_chapter_answers_its_claims(claim: Claim):
    if (BOOK / f"{claim.chapter}.ipynb").exists():
        assert claim.verdict in VERDICTS, f"{claim.chapter} gives no verdict on {claim.name}"
    else:
        assert claim.verdict is None, f"{claim.name} is answered outside of {claim.chapter}"


def test_no_verdict_on_an_unknown_claim():
    assert set(verdicts()) <= {claim.name for claim in claims()}
