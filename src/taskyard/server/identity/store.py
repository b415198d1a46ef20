"""The SQL of users, organizations and tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.server.db.tables import (
    DeploymentRow,
    OrganizationMemberRow,
    OrganizationRow,
    SetupTokenRow,
    TokenRow,
    UserRow,
)

__all__ = ["IdentityStore"]

_FIRST_USER_LOCK = 7_080_002


class IdentityStore:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    # -- users ------------------------------------------------------------------------

    async def add_user(self, user: UserRow, organization_ids: Sequence[UUID]) -> None:
        self._session.add(user)
        await self._session.flush()
        self._session.add_all(
            OrganizationMemberRow(
                organization_id=id_, user_id=user.id, created_at=user.created_at
            )
            for id_ in organization_ids
        )
        await self._session.flush()

    async def find_user(
        self, *conditions: ColumnElement[bool], lock: bool = False
    ) -> UserRow | None:
        query = select(UserRow).where(UserRow.deleted_at.is_(None), *conditions)
        if lock:
            query = query.with_for_update(key_share=True)
        return await self._session.scalar(query)

    async def user_by_id(self, user_id: UUID, *, lock: bool = False) -> UserRow | None:
        return await self.find_user(UserRow.id == user_id, lock=lock)

    async def user_by_name(self, username: str) -> UserRow | None:
        return await self.find_user(func.lower(UserRow.username) == username.lower())

    async def user_by_email(self, email: str) -> UserRow | None:
        return await self.find_user(func.lower(UserRow.email) == email.lower())

    async def list_users(
        self, conditions: Sequence[ColumnElement[bool]], *, limit: int, offset: int
    ) -> tuple[list[UserRow], int]:
        """One page by username, and how many there are in all."""
        where = (UserRow.deleted_at.is_(None), *conditions)
        count = await self._session.scalar(
            select(func.count()).select_from(UserRow).where(*where)
        )
        rows = await self._session.scalars(
            select(UserRow)
            .where(*where)
            .order_by(func.lower(UserRow.username), UserRow.id)
            .limit(limit)
            .offset(offset)
        )
        return list(rows), count or 0

    async def update_user(self, user_id: UUID, **values: Any) -> None:
        await self._session.execute(
            update(UserRow)
            .where(UserRow.id == user_id)
            .values(**values)
            .execution_options(synchronize_session="fetch")
        )

    async def count_users(self) -> int:
        """Users that are not deleted."""
        return (
            await self._session.scalar(
                select(func.count())
                .select_from(UserRow)
                .where(UserRow.deleted_at.is_(None))
            )
            or 0
        )

    async def lock_active_owners(self) -> list[UUID]:
        """So that two requests cannot each leave the other's as the last.

        In one order, and before any other user: else each would wait for the other.
        """
        rows = await self._session.scalars(
            select(UserRow.id)
            .where(
                UserRow.deleted_at.is_(None),
                UserRow.status == "active",
                UserRow.roles.contains(["owner"]),
            )
            .order_by(UserRow.id)
            .with_for_update(key_share=True)
        )
        return list(rows)

    # -- organizations ----------------------------------------------------------------

    async def default_organization(self) -> OrganizationRow | None:
        return await self._session.scalar(
            select(OrganizationRow).where(OrganizationRow.is_default)
        )

    async def add_organization(self, organization: OrganizationRow) -> None:
        self._session.add(organization)
        await self._session.flush()

    async def find_organizations(
        self, *conditions: ColumnElement[bool]
    ) -> list[OrganizationRow]:
        rows = await self._session.scalars(
            select(OrganizationRow)
            .where(*conditions)
            .order_by(OrganizationRow.is_default.desc(), OrganizationRow.name)
        )
        return list(rows)

    async def organizations_of(
        self, user_ids: Collection[UUID]
    ) -> dict[UUID, list[UUID]]:
        rows = await self._session.execute(
            select(OrganizationMemberRow.user_id, OrganizationMemberRow.organization_id)
            .where(OrganizationMemberRow.user_id.in_(user_ids))
            .order_by(OrganizationMemberRow.created_at)
        )
        found: dict[UUID, list[UUID]] = {id_: [] for id_ in user_ids}
        for user_id, organization_id in rows:
            found[user_id].append(organization_id)
        return found

    async def members_of(self, organization_id: UUID) -> list[UserRow]:
        rows = await self._session.scalars(
            select(UserRow)
            .join(OrganizationMemberRow, OrganizationMemberRow.user_id == UserRow.id)
            .where(
                OrganizationMemberRow.organization_id == organization_id,
                UserRow.deleted_at.is_(None),
            )
            .order_by(func.lower(UserRow.username))
        )
        return list(rows)

    # -- tokens -----------------------------------------------------------------------

    async def add_token(self, token: TokenRow) -> None:
        self._session.add(token)
        await self._session.flush()

    async def token(self, token_id: str) -> TokenRow | None:
        return await self._session.get(TokenRow, token_id)

    async def active_tokens(
        self, token_ids: Collection[str], *, now: datetime
    ) -> list[tuple[TokenRow, UserRow]]:
        """Those of the tokens that let their users in, with the users."""
        statement = (
            select(TokenRow, UserRow)
            .join(UserRow, UserRow.id == TokenRow.user_id)
            .where(
                TokenRow.id.in_(token_ids),
                TokenRow.expires_at > now,
                UserRow.status != "suspended",
                UserRow.deleted_at.is_(None),
            )
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def list_tokens(self, *conditions: ColumnElement[bool]) -> list[TokenRow]:
        rows = await self._session.scalars(
            select(TokenRow)
            .where(*conditions)
            .order_by(TokenRow.created_at.desc(), TokenRow.id)
        )
        return list(rows)

    async def delete_tokens(self, *conditions: ColumnElement[bool]) -> list[str]:
        rows = await self._session.scalars(
            delete(TokenRow).where(*conditions).returning(TokenRow.id)
        )
        return list(rows)

    async def touch_token(
        self,
        token: TokenRow,
        *,
        now: datetime,
        expires_at: datetime,
        older_than: timedelta,
    ) -> None:
        """Note its use, unless that was done within `older_than`."""
        if token.last_used_at >= now - older_than:
            return
        # The user first: who suspends one has locked them when the tokens' turn comes.
        await self.update_user(token.user_id, last_seen_at=now)
        await self._session.execute(
            update(TokenRow)
            .where(TokenRow.id == token.id, TokenRow.last_used_at < now - older_than)
            .values(last_used_at=now, expires_at=expires_at)
        )

    # -- set-up -----------------------------------------------------------------------

    async def lock_set_up(self) -> None:
        """Until the end of the transaction: of two first users one is too late."""
        await self._session.execute(
            text(f"select pg_advisory_xact_lock({_FIRST_USER_LOCK})")
        )

    async def replace_setup_token(self, row: SetupTokenRow) -> None:
        await self._session.execute(delete(SetupTokenRow))
        self._session.add(row)
        await self._session.flush()

    async def setup_token(self, secret_hash: bytes) -> SetupTokenRow | None:
        return await self._session.get(SetupTokenRow, secret_hash)

    async def delete_setup_tokens(self) -> None:
        await self._session.execute(delete(SetupTokenRow))

    async def deployment(self) -> DeploymentRow | None:
        return await self._session.scalar(select(DeploymentRow))

    async def add_deployment(self, row: DeploymentRow) -> None:
        self._session.add(row)
        await self._session.flush()
