"""Who is an admin at the moment of a change, not at the beginning of the request for it."""

from django.core.exceptions import PermissionDenied

from accounts.models import User


def check_still_admin(by: User, person: User) -> None:
    """Raise PermissionDenied when `by`, who is about to change `person`, lost the role since their request began.

    Locks both rows until the end of the transaction, in the same order for everybody: two admins who change each other
    go one after the other, and the second is an admin no longer. Rows that refer to a person can still be written.
    """
    both = User.objects.filter(pk__in=[by.pk, person.pk]).order_by("pk").select_for_update(no_key=True)
    if not any(each == by and each.is_staff and each.is_active for each in both):
        raise PermissionDenied("You are no longer an admin. Nothing was changed.")
