from django.db import models

from foundation.choices import ChoiceField, ShownChoices


class Status(ShownChoices):
    QUEUED = "queued", "", "clock", "Queued"
    FAILED = "failed", "bad", "error", "Failed"


class Job(models.Model):
    status = ChoiceField(max_length=10, choices=Status, default=Status.QUEUED)

    class Meta:
        app_label = "choices_of_a_test"
        managed = False

    def __str__(self):
        return self.status


def test_a_choice_is_its_value_and_knows_its_look():
    failed = Status("failed")
    assert (failed, failed.label, failed.tone, failed.icon) == ("failed", "Failed", "bad", "error")


def test_the_database_sees_values_and_labels_alone():
    assert Status.choices == [("queued", "Queued"), ("failed", "Failed")]


def test_a_field_gives_back_the_choice_whatever_it_is_set_to():
    job = Job()
    assert job.status is Status.QUEUED
    job.status = "failed"
    assert job.status is Status.FAILED
    assert job.get_status_display() == "Failed"


def test_a_field_reads_the_choice_from_the_database():
    field = Job._meta.get_field("status")
    assert field.from_db_value("failed", None, None) is Status.FAILED
    assert field.from_db_value(None, None, None) is None
    assert Job.from_db("default", ["id", "status"], [1, "failed"]).status is Status.FAILED


def test_a_value_that_is_no_choice_stays_as_it_is():
    assert Job(status="lost").status == "lost"


def test_migrations_see_a_text_field():
    name, path, _, kwargs = Job._meta.get_field("status").deconstruct()
    assert (name, path, kwargs["max_length"]) == ("status", "django.db.models.CharField", 10)
    assert kwargs["choices"] == Status.choices


def test_a_copy_of_a_field_keeps_its_choices():
    copy = Job._meta.get_field("status").clone()
    assert (copy.member("failed"), copy.default, copy.max_length) == (Status.FAILED, "queued", 10)
