"""The settings of the platform."""

from typing import Any

from django.db import models

from foundation.compiled import compiled
from foundation.remembered import forget, once


class SignUp(models.TextChoices):
    """Who may create an account. An invitation is accepted under all of these but the last."""

    OPEN = "open", "Everyone"
    DOMAINS = "domains", "Everyone with an e-mail address of these domains"
    INVITED = "invited", "By invitation"
    CLOSED = "closed", "Nobody"


class TwoFactor(models.TextChoices):
    """Of whom a second factor is required at sign-in; others may use one."""

    NOBODY = "nobody", "Nobody"
    ADMINS = "admins", "Admins"


class PlatformSettings(models.Model):
    """The single row of settings of this installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    private_mode = models.BooleanField(
        "Private Mode",
        default=False,
        help_text="Partners see everyone's deployments, statements and costs, read only. "
        "Everybody can deploy every published module.",
    )
    revenue_share = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=70,
        help_text="The partner's share, in percent of what was paid for the charged credits.",
    )

    sign_up = models.CharField(
        "who can create an account",
        max_length=10,
        choices=SignUp,
        default=SignUp.INVITED,
        help_text="Under “Nobody”, invitations wait. Accounts that exist are not affected.",
    )
    sign_up_domains = models.CharField(
        "e-mail domains",
        max_length=1000,
        blank=True,
        help_text="For example “example.com, example.org”. Subdomains count only if you list them.",
    )
    two_factor = models.CharField(
        "two-factor sign-in is required of",
        max_length=10,
        choices=TwoFactor,
        default=TwoFactor.NOBODY,
        help_text="Everyone can use it. Whoever has to, and has not set it up, does so at the next click.",
    )

    class Meta:
        verbose_name_plural = "platform settings"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(sign_up=SignUp.DOMAINS) | ~models.Q(sign_up_domains=""),
                name="sign_up_by_domain_names_a_domain",
                violation_error_message="Enter the e-mail domains, or choose who else can create an account.",
            ),
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_platform_settings"),
            models.CheckConstraint(
                condition=models.Q(revenue_share__gte=0, revenue_share__lte=100),
                name="revenue_share_is_a_percentage",
                violation_error_message="Enter a revenue share between 0 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return "Platform settings"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        forget(type(self))

    @property
    def ref(self) -> str:
        return "platform"

    @property
    def is_sign_up_open(self) -> bool:
        """Whether there is a sign-up page, for everyone or for some domains."""
        return self.sign_up in (SignUp.OPEN, SignUp.DOMAINS)

    @property
    def admitted_domains(self) -> list[str]:
        return [domain for domain in self.sign_up_domains.replace(",", " ").lower().split() if domain]

    def admits(self, email: str) -> bool:
        """Whether somebody with this address may create an account without an invitation."""
        is_of_domain = email.lower().rpartition("@")[2] in self.admitted_domains
        return self.sign_up == SignUp.OPEN or (self.sign_up == SignUp.DOMAINS and is_of_domain)

    @classmethod
    def load(cls) -> "PlatformSettings":
        """Returns the row, read from the database once in each request; created on first use."""
        return once(cls, lambda: next(iter(_only()), None) or cls.objects.get_or_create(pk=1)[0])


@compiled
def _only() -> models.QuerySet[PlatformSettings]:
    return PlatformSettings.objects.filter(pk=1)
