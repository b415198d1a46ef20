"""Users, signing in and API tokens."""

from taskyard.protocol.api.users import (
    ChangePassword,
    CreatedToken,
    CreateFirstUser,
    CreateToken,
    CreateUser,
    Login,
    Session,
    Token,
    User,
    Users,
)
from taskyard.sdk.connection import Connection

__all__ = ["UserRoutes"]


class UserRoutes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def me(self) -> User:
        return await self._connection.get("/users/me", User)

    async def find(self, query: str = "") -> Users:
        params = {"q": query} if query else None
        return await self._connection.get("/users", Users, params=params)

    async def create(self, body: CreateUser) -> User:
        return await self._connection.post("/users", User, body)

    async def create_first(self, body: CreateFirstUser) -> None:
        """Works once, with the token of the link that the server prints at its start."""
        await self._connection.send("POST", "/users/first", body=body)

    async def suspend(self, user: str) -> User:
        return await self._connection.put(f"/users/{user}/status/suspend", User)

    async def activate(self, user: str) -> User:
        return await self._connection.put(f"/users/{user}/status/activate", User)

    async def change_password(self, user: str, body: ChangePassword) -> None:
        await self._connection.put(f"/users/{user}/password", type(None), body)

    async def login(self, body: Login) -> str:
        """A session token."""
        session = await self._connection.post("/users/login", Session, body)
        return session.session_token

    async def logout(self) -> None:
        """End the session that this connection uses."""
        await self._connection.send("POST", "/users/logout")

    async def create_token(self, body: CreateToken, *, user: str = "me") -> str:
        """The key; the server shows it this once only."""
        path = f"/users/{user}/keys/tokens"
        return (await self._connection.post(path, CreatedToken, body)).key

    async def tokens(self, *, user: str = "me") -> list[Token]:
        return await self._connection.get(f"/users/{user}/keys/tokens", list[Token])

    async def revoke_token(self, token: str, *, user: str = "me") -> None:
        await self._connection.delete(f"/users/{user}/keys/{token}")
