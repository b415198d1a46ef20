import { type FormEvent, useState } from "react";
import { Refused } from "@/components/failure";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { useLogin } from "./api";
import { Card } from "./card";

export function LoginPage({ onDone }: { onDone: () => void }) {
  const login = useLogin();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  function submit(event: FormEvent) {
    event.preventDefault();
    login.mutate({ email, password }, { onSuccess: onDone });
  }

  return (
    <Card title="Sign in to Taskyard">
      <form onSubmit={submit} className="space-y-4">
        <Field
          label="Username or e-mail"
          autoComplete="username"
          autoCapitalize="none"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <Field
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Refused error={login.error} />
        <Button look="primary" type="submit" className="w-full" disabled={login.isPending}>
          {login.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
    </Card>
  );
}
