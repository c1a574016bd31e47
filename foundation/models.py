import pgtrigger
from django.db import models
from django.db.models.functions import Now

from foundation import encryption
from foundation.words import by_words, words_of

EVENT_WORDS = words_of("by", "verb", "target")
MAIL_WORDS = words_of("to", "subject")


class AuditEvent(models.Model):
    """Who did what to what. Append-only; people and targets are texts, so there is no foreign key upward."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=254, blank=True, help_text="E-mail of the person. Blank for the portal itself.")
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=120, help_text="app.model:ref")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["target", "-at"], name="audit_by_target"),
            models.Index(fields=["verb", "-id"], name="audit_by_verb"),
            by_words(EVENT_WORDS, "audit_by_words"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by or 'portal'} {self.verb} {self.target}"


class Heartbeat(models.Model):
    """When each of the portal's periodic tasks last succeeded; `/healthz` and the admin read its lag."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Removal(models.Model):
    """How far the nightly removal of one kind of old rows is, and how many it removed."""

    name = models.CharField("what", max_length=60, primary_key=True)
    begun_at = models.DateTimeField("begun", help_text="When the last pass began.")
    done_at = models.DateTimeField("done", null=True, help_text="When it ended. Null while more is left.")
    removed = models.PositiveBigIntegerField(default=0, help_text="In the last pass.")
    total = models.PositiveBigIntegerField(default=0, help_text="In all passes.")

    class Meta:
        verbose_name = "removal of old rows"
        verbose_name_plural = "removals of old rows"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Engine(models.Model):
    """What executes runs, as the worker of runs that started last tells it. It has one row."""

    terraform = models.CharField(max_length=60, help_text="Version of Terraform.")
    seen_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Terraform {self.terraform}"


class Fault(models.Model):
    """What keeps runs from working until an admin mends it; seen again, its row gets a new time."""

    class Kind(models.TextChoices):
        ROOM = "room", "No room on a worker's disk"
        KEY = "key", "A key is missing"

    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.CharField(max_length=200, help_text="Host of the worker, or id of the key.")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "subject"]
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="one_fault_per_subject")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"


class OutboxMessage(models.Model):
    """An e-mail to send, written in the transaction that causes it; posting is idempotent by `key`."""

    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="Blank if it contains a secret, such as an invitation.")
    secret_text_encrypted = models.BinaryField(default=b"", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "e-mail"
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(sent_at=None, given_up_at=None), name="mail_to_send"
            ),
            by_words(MAIL_WORDS, "mail_by_words"),
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"

    @property
    def secret_text(self) -> str:
        """The text of an e-mail with a secret; encrypted in its row, and deleted when it was sent."""
        return encryption.decrypt(bytes(self.secret_text_encrypted), context=self._context).decode()

    @secret_text.setter
    def secret_text(self, value: str) -> None:
        self.secret_text_encrypted = encryption.encrypt(value.encode(), context=self._context)

    @property
    def _context(self) -> str:
        return f"foundation.outboxmessage:{self.key}:text"
