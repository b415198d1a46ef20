"""Users: made, found, changed, suspended."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import InvalidRequest, Validation
from taskyard.kit.names import explain_invalid
from taskyard.server.db import topics
from taskyard.server.db.broadcast import notify
from taskyard.server.db.tables import OrganizationRow, TokenRow, UserRow
from taskyard.server.identity.actor import Actor, Role
from taskyard.server.identity.authenticator import Authenticator
from taskyard.server.identity.errors import (
    EmailTaken,
    LastOwner,
    OrganizationNotFound,
    UsernameTaken,
    UserNotFound,
)
from taskyard.server.identity.passwords import Passwords
from taskyard.server.identity.search import conditions
from taskyard.server.identity.store import IdentityStore

__all__ = ["NewUser", "UserDetails", "UserService"]

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_MAX_DISPLAY_NAME: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    username: str
    email: str
    name: str = ""
    password: str | None = field(default=None, repr=False)  # None: cannot log in
    status: Literal["active", "dormant"] = "active"
    organization_ids: Sequence[UUID] = ()
    github_com_user_id: int | None = None


@dataclass(frozen=True, slots=True)
class UserDetails:
    """A user with the organizations they are in."""

    row: UserRow
    organization_ids: list[UUID]

    @property
    def id(self) -> UUID:
        return self.row.id


class UserService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        passwords: Passwords,
        authenticator: Authenticator,
        clock: Clock,
    ) -> None:
        self._session = session
        self._store = IdentityStore(session)
        self._passwords = passwords
        self._authenticator = authenticator
        self._clock = clock

    async def create(self, new: NewUser, *, roles: Sequence[Role] = ()) -> UserDetails:
        """Raises InvalidRequest, WeakPassword, UsernameTaken, EmailTaken."""
        _check_names(new.username, new.email, new.name)
        await self._check_free(new.username, new.email)
        hashed = ""
        if new.password is not None:
            self._passwords.check_strength(
                new.password, username=new.username, email=new.email
            )
            hashed = await self._passwords.hash(new.password)

        organizations = await self._organizations(new.organization_ids)
        now = self._clock.now()
        row = UserRow(
            id=uuid4(),
            username=new.username,
            email=new.email,
            name=new.name,
            password_hash=hashed,
            login_type="password" if hashed else "none",
            status=new.status,
            roles=_stored(roles),
            github_com_user_id=new.github_com_user_id,
            created_at=now,
            updated_at=now,
            last_seen_at=now,
        )
        await self._store.add_user(row, organizations)
        await notify(self._session, topics.USER, row.id)
        return UserDetails(row, organizations)

    async def _check_free(self, username: str, email: str) -> None:
        if await self._store.user_by_name(username):
            raise UsernameTaken(validations=[Validation("username", "is taken")])
        if await self._store.user_by_email(email):
            raise EmailTaken(validations=[Validation("email", "is taken")])

    async def _organizations(self, wanted: Sequence[UUID]) -> list[UUID]:
        if wanted:
            found = await self._store.find_organizations(OrganizationRow.id.in_(wanted))
            if len(found) != len(set(wanted)):
                raise OrganizationNotFound
            return [row.id for row in found]
        default = await self._store.default_organization()
        return [default.id] if default else []

    async def find(self, actor: Actor, reference: str) -> UserDetails:
        """`me`, a uuid or a username, if the actor may see them. Raises UserNotFound."""
        row = await self._by_reference(actor, reference)
        if row is None or not _may_see(actor, row.id):
            raise UserNotFound
        organizations = await self._store.organizations_of([row.id])
        return UserDetails(row, organizations[row.id])

    async def _by_reference(self, actor: Actor, reference: str) -> UserRow | None:
        if reference == "me":
            return await self._store.user_by_id(actor.user_id)
        try:
            return await self._store.user_by_id(UUID(reference))
        except ValueError:
            return await self._store.user_by_name(reference)

    async def find_own(self, actor: Actor, reference: str) -> UserDetails:
        """As `find`, for what only they themselves and managers may do."""
        details = await self.find(actor, reference)
        if details.id != actor.user_id and not actor.manages_users:
            raise UserNotFound
        return details

    async def search(
        self, actor: Actor, query: str, *, limit: int, offset: int
    ) -> tuple[list[UserDetails], int]:
        """One page of those the actor may see, and how many there are in all.

        Raises InvalidSearch.
        """
        wanted = conditions(query)
        if not _sees_all(actor):
            wanted.append(UserRow.id == actor.user_id)
        rows, count = await self._store.list_users(wanted, limit=limit, offset=offset)
        organizations = await self._store.organizations_of([row.id for row in rows])
        return [UserDetails(row, organizations[row.id]) for row in rows], count

    async def names(self, user_ids: Collection[UUID]) -> dict[UUID, str]:
        """Usernames by id."""
        rows, _ = await self._store.list_users(
            [UserRow.id.in_(user_ids)], limit=len(user_ids), offset=0
        )
        return {row.id: row.username for row in rows}

    async def change_roles(self, user_id: UUID, roles: Sequence[Role]) -> None:
        """Raises LastOwner."""
        if Role.OWNER not in roles:
            await self._keep_an_owner(user_id)
        await self._change(user_id, roles=_stored(roles))

    async def change_profile(self, user_id: UUID, *, username: str, name: str) -> None:
        """Raises InvalidRequest, UsernameTaken."""
        row = await self._store.user_by_id(user_id)
        if row is None:
            raise UserNotFound
        _check_names(username, row.email, name)
        taken = await self._store.user_by_name(username)
        if taken is not None and taken.id != user_id:
            raise UsernameTaken(validations=[Validation("username", "is taken")])
        await self._change(user_id, username=username, name=name)

    async def suspend(self, user_id: UUID) -> None:
        """End all their sessions; their tokens stop working. Raises LastOwner."""
        await self._keep_an_owner(user_id)
        await self._store.delete_tokens(
            TokenRow.user_id == user_id, TokenRow.kind == "session"
        )
        await self._change(user_id, status="suspended")

    async def activate(self, user_id: UUID) -> None:
        await self._change(user_id, status="active")

    async def delete(self, user_id: UUID) -> None:
        """Raises LastOwner."""
        await self._keep_an_owner(user_id)
        await self._store.delete_tokens(TokenRow.user_id == user_id)
        # The name is free again; the row stays, since work of theirs points to it.
        mark = f"deleted-{user_id}"
        await self._change(
            user_id, deleted_at=self._clock.now(), username=mark, email=mark
        )

    async def change_password(
        self, user_id: UUID, password: str, *, keep_token: str
    ) -> None:
        """End every other session of the user. Raises WeakPassword."""
        row = await self._store.user_by_id(user_id)
        if row is None:
            raise UserNotFound
        self._passwords.check_strength(password, username=row.username, email=row.email)
        hashed = await self._passwords.hash(password)
        # The user before the tokens, as whoever suspends or deletes them locks them.
        await self._change(user_id, password_hash=hashed, login_type="password")
        await self._store.delete_tokens(
            TokenRow.user_id == user_id,
            TokenRow.kind == "session",
            TokenRow.id != keep_token,
        )

    async def knows_password(self, user_id: UUID, password: str) -> bool:
        row = await self._store.user_by_id(user_id)
        return row is not None and await self._passwords.verify(
            row.password_hash, password
        )

    async def _keep_an_owner(self, user_id: UUID) -> None:
        owners = await self._store.lock_active_owners()
        row = await self._store.user_by_id(user_id, lock=True)
        is_owner = row is not None and Role.OWNER in row.roles
        if is_owner and not set(owners) - {user_id}:
            raise LastOwner(detail="Make somebody else an owner first.")

    async def _change(self, user_id: UUID, **values: object) -> None:
        await self._store.update_user(user_id, updated_at=self._clock.now(), **values)
        self._authenticator.forget_after(self._session, user_id)


def _sees_all(actor: Actor) -> bool:
    return actor.reads_everything or actor.manages_templates


def _may_see(actor: Actor, user_id: UUID) -> bool:
    return actor.user_id == user_id or _sees_all(actor)


def _stored(roles: Sequence[Role]) -> list[str]:
    """Everybody is a member: it is not written down."""
    return sorted({role.value for role in roles} - {Role.MEMBER.value})


def _check_names(username: str, email: str, name: str) -> None:
    problems: list[Validation] = []
    if reason := explain_invalid(username):
        problems.append(Validation("username", reason))
    if username.lower() == "me":
        problems.append(Validation("username", "is reserved"))
    if not _EMAIL.fullmatch(email):
        problems.append(Validation("email", "is not an email address"))
    if len(name) > _MAX_DISPLAY_NAME:
        problems.append(
            Validation("name", f"must be {_MAX_DISPLAY_NAME} characters or less")
        )
    if problems:
        raise InvalidRequest(
            "Invalid user.",
            detail="; ".join(f"{p.field} {p.detail}" for p in problems),
            validations=problems,
        )
