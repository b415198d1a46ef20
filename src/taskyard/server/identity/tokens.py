"""API tokens, sessions, and the tokens that workspaces are started with."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from taskyard.kit.clock import Clock
from taskyard.kit.errors import Conflict, InvalidRequest, Validation
from taskyard.kit.names import explain_invalid
from taskyard.server.db.tables import TokenRow
from taskyard.server.identity.actor import Scope
from taskyard.server.identity.authenticator import Authenticator
from taskyard.server.identity.errors import TokenNotFound
from taskyard.server.identity.secrets import Secret, mint
from taskyard.server.identity.store import IdentityStore

__all__ = ["TokenKind", "TokenNameTaken", "TokenService", "new_token"]

TokenKind = Literal["session", "api", "workspace"]


class TokenNameTaken(Conflict):
    """A token with this name already exists."""


def new_token(
    user_id: UUID,
    *,
    kind: TokenKind,
    lifetime: timedelta,
    now: datetime,
    name: str = "",
    scope: Scope = Scope.ALL,
    workspace_id: UUID | None = None,
) -> tuple[Secret, TokenRow]:
    """The secret for its owner, and what is stored of it."""
    secret = mint()
    row = TokenRow(
        id=secret.id,
        user_id=user_id,
        secret_hash=secret.hash,
        kind=kind,
        name=name,
        scope=scope.value,
        workspace_id=workspace_id,
        created_at=now,
        last_used_at=now,
        expires_at=now + lifetime,
        lifetime_seconds=int(lifetime.total_seconds()),
    )
    return secret, row


class TokenService:
    def __init__(
        self,
        *,
        session: AsyncSession,
        authenticator: Authenticator,
        clock: Clock,
        default_lifetime: timedelta,
        max_lifetime: timedelta,
        session_lifetime: timedelta,
    ) -> None:
        self._session = session
        self._store = IdentityStore(session)
        self._authenticator = authenticator
        self._clock = clock
        self._default_lifetime = default_lifetime
        self._max_lifetime = max_lifetime
        self._session_lifetime = session_lifetime

    async def create(
        self,
        user_id: UUID,
        *,
        name: str = "",
        lifetime: timedelta = timedelta(0),
        scope: Scope = Scope.ALL,
    ) -> str:
        """An API token; zero `lifetime` means the default one. Returns its text."""
        lifetime = lifetime or self._default_lifetime
        if not timedelta(0) < lifetime <= self._max_lifetime:
            reason = f"must be between 1 second and {self._max_lifetime.days} days"
            raise InvalidRequest(
                "Invalid token lifetime.",
                detail=f"The lifetime {reason}.",
                validations=[Validation("lifetime", reason)],
            )
        if name:
            await self._check_name(user_id, name)

        return await self._add(
            user_id, kind="api", lifetime=lifetime, name=name, scope=scope
        )

    async def _check_name(self, user_id: UUID, name: str) -> None:
        if reason := explain_invalid(name):
            raise InvalidRequest(
                "Invalid token name.",
                detail=f"The name {reason}.",
                validations=[Validation("token_name", reason)],
            )
        if await self._store.list_tokens(
            TokenRow.user_id == user_id, TokenRow.name == name
        ):
            raise TokenNameTaken(validations=[Validation("token_name", "is taken")])

    async def create_session(self, user_id: UUID) -> str:
        """A session for a program that its user has logged in on this page or machine."""
        return await self._add(user_id, kind="session", lifetime=self._session_lifetime)

    async def create_for_workspace(self, user_id: UUID, workspace_id: UUID) -> str:
        """The token a template may ask for; a new start replaces that of the last one."""
        await self.revoke_of_workspace(user_id, workspace_id)
        return await self._add(
            user_id,
            kind="workspace",
            lifetime=self._max_lifetime,
            workspace_id=workspace_id,
        )

    async def revoke_of_workspace(self, user_id: UUID, workspace_id: UUID) -> None:
        await self._store.delete_tokens(TokenRow.workspace_id == workspace_id)
        self._authenticator.forget_after(self._session, user_id)

    async def list_of(
        self, user_id: UUID | None, *, include_expired: bool = False
    ) -> list[TokenRow]:
        """API tokens, newest first; of everybody when `user_id` is None."""
        conditions = [TokenRow.kind == "api"]
        if user_id is not None:
            conditions.append(TokenRow.user_id == user_id)
        if not include_expired:
            conditions.append(TokenRow.expires_at > self._clock.now())
        return await self._store.list_tokens(*conditions)

    async def get(
        self, user_id: UUID, *, token_id: str = "", name: str = ""
    ) -> TokenRow:
        """By id (any kind) or by name. Raises TokenNotFound."""
        which = TokenRow.id == token_id if token_id else TokenRow.name == name
        found = await self._store.list_tokens(TokenRow.user_id == user_id, which)
        if not found:
            raise TokenNotFound
        return found[0]

    async def revoke(self, user_id: UUID, token_id: str) -> None:
        """Raises TokenNotFound."""
        if not await self._store.delete_tokens(
            TokenRow.user_id == user_id, TokenRow.id == token_id
        ):
            raise TokenNotFound
        self._authenticator.forget_after(self._session, user_id)

    async def _add(
        self,
        user_id: UUID,
        *,
        kind: TokenKind,
        lifetime: timedelta,
        name: str = "",
        scope: Scope = Scope.ALL,
        workspace_id: UUID | None = None,
    ) -> str:
        secret, row = new_token(
            user_id,
            kind=kind,
            lifetime=lifetime,
            now=self._clock.now(),
            name=name,
            scope=scope,
            workspace_id=workspace_id,
        )
        await self._store.add_token(row)
        return secret.text
