import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { Refused } from "@/components/failure";
import type { TaskDetail, TaskRef } from "@/features/tasks/api";
import { isRunning } from "@/features/tasks/status";
import { plain } from "@/lib/plain";
import {
  optionsQuery,
  type PermissionPolicy,
  type TaskOption,
  useSetOption,
  useSetPolicy,
} from "./api";

const policies: Record<PermissionPolicy, string> = {
  ask: "Ask before each change",
  allow_edits: "Edit files freely, ask for commands",
  allow_all: "Never ask",
};

/** What a person may set for the agent: its model, mode, effort, and what it need not ask. */
export function AgentSettings({ task, at }: { task: TaskDetail; at: TaskRef }) {
  const options = useQuery({ ...optionsQuery(at), enabled: isRunning(task) });
  const setOption = useSetOption(at);
  const setPolicy = useSetPolicy(at);
  if (!isRunning(task)) {
    return null;
  }
  return (
    <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <legend className="sr-only">Settings of the agent</legend>
      <Labelled label="Permissions">
        {(id) => (
          <Select
            id={id}
            value={task.permission_policy}
            disabled={setPolicy.isPending}
            choices={Object.entries(policies).map(([value, name]) => ({ value, name }))}
            onChange={(value) => setPolicy.mutate(value as PermissionPolicy)}
          />
        )}
      </Labelled>
      {(options.data ?? []).filter(isOffered).map((option) => (
        <OptionControl
          key={option.id}
          option={option}
          disabled={setOption.isPending || task.controller === "terminal"}
          onChange={(value) => setOption.mutate({ id: option.id, value })}
        />
      ))}
      <Refused error={setOption.error ?? setPolicy.error ?? options.error} />
    </fieldset>
  );
}

/** The agent's mode says what it may do: that is the policy's, which is shown already. */
const isOffered = (option: TaskOption): boolean =>
  option.category !== "mode" && (option.type === "boolean" || option.choices.length > 1);

function OptionControl({
  option,
  disabled,
  onChange,
}: {
  option: TaskOption;
  disabled: boolean;
  onChange: (value: string | boolean) => void;
}) {
  return (
    <Labelled label={plain(option.name)} title={plain(option.description)}>
      {(id) =>
        option.type === "boolean" ? (
          <input
            id={id}
            type="checkbox"
            checked={option.value === true}
            disabled={disabled}
            onChange={(event) => onChange(event.target.checked)}
          />
        ) : (
          <Select
            id={id}
            value={typeof option.value === "string" ? option.value : ""}
            disabled={disabled}
            choices={option.choices}
            onChange={onChange}
          />
        )
      }
    </Labelled>
  );
}

function Labelled({
  label,
  title,
  children,
}: {
  label: string;
  title?: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <span className="flex items-center gap-1.5 text-xs" title={title}>
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      {children(id)}
    </span>
  );
}

function Select({
  id,
  value,
  choices,
  disabled,
  onChange,
}: {
  id: string;
  value: string;
  choices: ReadonlyArray<{ value: string; name: string }>;
  disabled: boolean;
  onChange: (value: string) => void;
}) {
  const isKnown = choices.some((choice) => choice.value === value);
  return (
    <select
      id={id}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
      className="max-w-48 rounded-md border border-line bg-panel px-1.5 py-1 disabled:opacity-60"
    >
      {!isKnown && <option value={value}>{plain(value) || "–"}</option>}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {plain(choice.name)}
        </option>
      ))}
    </select>
  );
}
