# By tag, not by digest: a tag takes the fixes of the system below us at each build. docs/operations.md pins it.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --create-home --uid 10001 portal \
 && install -d -o portal -g portal /var/lib/partnerportal/runs

WORKDIR /srv/partnerportal
COPY requirements.lock .
RUN pip install --require-hashes --use-pep517 -r requirements.lock
COPY . .
# Collecting static files needs settings, not the services that they name.
RUN SECRET_KEY=build DATABASE_URL=postgresql:///build REDIS_URL=redis://build ALLOWED_HOSTS=build \
    PORTAL_KEYS=build:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
    python manage.py collectstatic --no-input

USER portal
EXPOSE 8000
CMD ["python", "-m", "partnerportal.serve", "--host", "0.0.0.0", "--port", "8000"]
