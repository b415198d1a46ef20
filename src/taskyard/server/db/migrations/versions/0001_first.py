"""Every table of the first version, and the bell that rings for new jobs."""

from alembic import op

from taskyard.server.db.base import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BELL = """
create function jobs_ring() returns trigger language plpgsql as $$
begin
    perform pg_notify('taskyard', json_build_object(
        'topic', case when new.cancel_requested_at is null then 'queue' else 'queue_cancel' end,
        'id', new.kind)::text);
    return null;
end $$;
create trigger jobs_ring_insert after insert on jobs
    for each row execute function jobs_ring();
create trigger jobs_ring_cancel after update of cancel_requested_at on jobs
    for each row when (new.cancel_requested_at is distinct from old.cancel_requested_at)
    execute function jobs_ring();
"""


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())
    op.execute(_BELL)
