"""Columns that many rows share: anonymous, user, partner, owner, admin."""

SIGNED_IN = "login 200 200 - 200"
POSTED = "login 302 302 - 302"
PARTNERS = "login 403 200 - 200"  # an admin who is no partner gets the platform's page
PLATFORM = "login 403 403 - 200"
OWNER_ALONE = "login 404 404 200 404"
STAFF = "login login login - 200"
TITLES = "everyone.title publisher.name"  # of modules for everyone, on other pages
