import { type FormEvent, useState } from "react";
import { isApiError } from "@/api/client";
import { Refused } from "@/components/failure";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useSetup } from "./api";
import { Card } from "./card";

/** The first user, made with the one-time link that the server printed at its start. */
export function SetupPage({ token, onDone }: { token: string; onDone: () => void }) {
  const setup = useSetup();
  const [username, setUsername] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  if (token === "") {
    return (
      <Card title="Set up Taskyard">
        <p className="text-muted">
          Open the whole link that <code>taskyard server</code> printed: it carries a token that
          works once.
        </p>
      </Card>
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setup.mutate(
      { setup_token: token, username, email, name: "", password },
      { onSuccess: onDone },
    );
  }

  return (
    <Card title="Set up Taskyard">
      <p className="text-muted">This account will own the server.</p>
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          pattern="[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
          maxLength={32}
          required
          hint="Letters, digits and single hyphens."
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <Field
          label="E-mail"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          required
          hint="At least 10 characters."
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Refused error={setup.error} />
        {isApiError(setup.error, 409) && (
          <p className="text-sm">
            <a href="/login" className="text-accent underline">
              Sign in instead
            </a>
          </p>
        )}
        <Button look="primary" type="submit" className="w-full" disabled={setup.isPending}>
          {setup.isPending ? "Setting up…" : "Make the first account"}
        </Button>
      </form>
    </Card>
  );
}
