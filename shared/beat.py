"""What `celery beat` runs: the pokes alone (`-A shared.beat:celery`).

An application of its own, which loads nothing of the services: it decides nothing, and a process
that sleeps should weigh little.
"""

from shared.queue import celery_app
from shared.settings import BrokerSettings
from shared.watching import begin_in_workers

celery = celery_app("beat", BrokerSettings.read().broker_url)
begin_in_workers("beat")
