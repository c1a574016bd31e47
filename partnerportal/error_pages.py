"""Texts of the error pages: what happened, what was kept, what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorPage:
    code: str
    title: str
    text: str


FORBIDDEN = "You don't have permission to do this"

PAGES = {  # by name of the template
    "400": ErrorPage(
        "400",
        "The portal cannot read this request",
        "It is too large, or its address is wrong. Nothing was changed. Go back and try again.",
    ),
    "403": ErrorPage("403", FORBIDDEN, "Nothing was changed. Ask an admin if you need access."),
    "403_csrf": ErrorPage(
        "403",
        "This form is too old",
        "You signed in or out since you opened it, or your browser keeps no cookies for this portal. "
        "Nothing was changed. Go back, reload the page and send it again.",
    ),
    "404": ErrorPage(
        "404",
        "Page not found",
        "The address is wrong, or the page was removed, or it belongs to somebody else.",
    ),
    "408": ErrorPage(
        "408",
        "This request took too long",
        "The portal waited for the rest of what your browser was sending. Nothing was changed. "
        "Check your connection, then go back and send it again.",
    ),
    "413": ErrorPage(
        "413",
        "This form is too large",
        "The portal cannot read so many inputs, or so long ones, at once. Nothing was changed. "
        "Go back, where most browsers still show what you typed, and send fewer rows or shorter texts.",
    ),
    "413_signed_out": ErrorPage(
        "413",
        "Sign in to send so much",
        "You were signed out, and the portal takes large forms only from people who are signed in. "
        "Nothing was changed. Sign in from another tab, then go back and send it again.",
    ),
    "429": ErrorPage(
        "429",
        "Too many attempts",
        "You tried this too often in a short time. Nothing was changed. Wait a few minutes, then try again.",
    ),
    "429_address": ErrorPage(
        "429",
        "Too many requests at once",
        "Your network has too many requests under way. Nothing was changed. Close some tabs, then try again.",
    ),
    "500": ErrorPage(
        "500",
        "Something went wrong",
        "The error is in the log for the administrators. What you saved before is kept, and deployments keep running. "
        "Go back and try again. If it happens twice, tell an administrator the time.",
    ),
    "503": ErrorPage(
        "503",
        "The portal is not available right now",
        "It cannot reach its database. What you saved before is kept, and deployments keep running. "
        "This page tries again every few seconds.",
    ),
    "503_busy": ErrorPage(
        "503",
        "The portal is busy",
        "Many people use it right now. Nothing was changed. Wait a few seconds, then try again.",
    ),
    "503_streams": ErrorPage(
        "503",
        "Too many logs and downloads are open",
        "The portal allows only so many at once. Nothing was changed. Close some of yours, then try again in a minute.",
    ),
    "503_uploads": ErrorPage(
        "503",
        "The portal is busy",
        "Many large forms are being sent right now. Nothing was changed. Wait half a minute, then send yours again.",
    ),
}
