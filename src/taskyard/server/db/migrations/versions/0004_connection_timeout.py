"""how long an agent is given to connect, beside its spec."""

from alembic import op
import sqlalchemy as sa


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'workspace_agents',
        sa.Column('connection_timeout', sa.Integer(), server_default='120', nullable=False),
    )
    op.execute(
        "update workspace_agents set connection_timeout = "
        "coalesce((spec->>'connection_timeout')::int, 120)"
    )
