from foundation.choices import ShownChoices


class Status(ShownChoices):
    QUEUED = "queued", "", "clock", "Queued"
    FAILED = "failed", "bad", "error", "Failed"


def test_a_choice_is_its_value_and_knows_its_look():
    failed = Status("failed")
    assert (failed, failed.label, failed.tone, failed.icon) == ("failed", "Failed", "bad", "error")


def test_the_database_sees_values_and_labels_alone():
    assert Status.choices == [("queued", "Queued"), ("failed", "Failed")]
