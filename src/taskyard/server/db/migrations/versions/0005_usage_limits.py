"""usage limits of vendors, with the time when they are over."""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'gateway_limits',
        sa.Column('workspace_id', sa.Uuid(), nullable=False),
        sa.Column('protocol', sa.Text(), nullable=False),
        sa.Column('detail', sa.Text(), nullable=False),
        sa.Column('reached_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('resets_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['workspace_id'],
            ['workspaces.id'],
            name=op.f('fk_gateway_limits_workspace_id_workspaces'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('workspace_id', 'protocol', name=op.f('pk_gateway_limits')),
    )
    op.add_column('sessions', sa.Column('state_until', sa.DateTime(timezone=True), nullable=True))
