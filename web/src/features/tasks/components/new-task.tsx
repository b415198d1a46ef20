import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { Failure, Refused } from "@/components/failure";
import { Skeleton } from "@/components/skeleton";
import { Button } from "@/components/ui/button";
import { presetsQuery, type Task, taskTemplatesQuery, useCreateTask } from "../api";

const selectLook = "min-h-9 rounded-lg border border-line bg-panel px-2 text-sm";
/** The select's value for "no preset"; ids are never empty. */
const NO_PRESET = "none";

/** The prompt box: a prompt first, everything else beside it. */
export function NewTask({
  startPrompt = "",
  onCreated,
}: {
  startPrompt?: string | undefined;
  onCreated: (task: Task) => void;
}) {
  const templates = useQuery(taskTemplatesQuery);
  const create = useCreateTask();
  const [prompt, setPrompt] = useState(startPrompt);
  const [chosenTemplate, setTemplate] = useState("");
  const [chosenPreset, setPreset] = useState("");
  const promptId = useId();

  const template =
    templates.data?.find((each) => each.id === chosenTemplate) ?? templates.data?.[0];
  const presets = useQuery({
    ...presetsQuery(template?.active_version_id ?? ""),
    enabled: template !== undefined,
  });
  const preset = chosenPreset || (presets.data?.find((each) => each.Default)?.ID ?? NO_PRESET);
  // Not before the presets are known: the default one is meant where nothing is chosen.
  const isReady =
    prompt.trim() !== "" &&
    template !== undefined &&
    presets.data !== undefined &&
    !create.isPending;

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (!isReady || template === undefined) {
      return;
    }
    create.mutate(
      {
        template_version_id: template.active_version_id,
        template_version_preset_id: preset === NO_PRESET ? null : preset,
        input: prompt,
        name: "",
        display_name: "",
      },
      {
        onSuccess: (task) => {
          setPrompt("");
          onCreated(task);
        },
      },
    );
  }

  function submitByKey(event: KeyboardEvent) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      submit();
    }
  }

  if (templates.isPending) {
    return <Skeleton label="Loading templates" rows={2} />;
  }
  if (templates.isError) {
    return (
      <Failure
        title="The templates cannot be loaded"
        error={templates.error}
        retry={() => templates.refetch()}
      />
    );
  }
  if (templates.data.length === 0) {
    return (
      <div className="space-y-2 rounded-xl border border-line bg-panel p-5">
        <p className="font-semibold">There is no task template yet.</p>
        <p className="text-muted">
          A server that was just started imports its starter template within seconds; it appears
          here by itself. Or copy the starter, change what you like, and push it:
        </p>
        <pre className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-sm">
          taskyard template init my-template{"\n"}taskyard template push my-template
        </pre>
      </div>
    );
  }
  return (
    <form
      onSubmit={submit}
      className="space-y-3 rounded-xl border border-line bg-panel p-4 focus-within:border-accent"
    >
      <label htmlFor={promptId} className="sr-only">
        What shall the agent do?
      </label>
      <textarea
        id={promptId}
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        onKeyDown={submitByKey}
        rows={Math.min(12, Math.max(3, prompt.split("\n").length))}
        placeholder="What shall the agent do?"
        className="w-full resize-y bg-transparent text-base outline-none placeholder:text-muted"
      />
      {startPrompt !== "" && prompt === startPrompt && (
        <p className="text-attention text-sm">
          This prompt came with the link. Read it before you run it.
        </p>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <select
          aria-label="Template"
          className={selectLook}
          value={template?.id}
          onChange={(event) => {
            setTemplate(event.target.value);
            setPreset("");
          }}
        >
          {templates.data.map((each) => (
            <option key={each.id} value={each.id}>
              {each.display_name || each.name}
            </option>
          ))}
        </select>
        {presets.data !== undefined && presets.data.length > 0 && (
          <select
            aria-label="Preset"
            className={selectLook}
            value={preset}
            onChange={(event) => setPreset(event.target.value)}
          >
            {presets.data.map((each) => (
              <option key={each.ID} value={each.ID}>
                {each.Name}
              </option>
            ))}
            <option value={NO_PRESET}>No preset</option>
          </select>
        )}
        <span className="ml-auto text-muted text-xs">
          <span className="hidden sm:inline">Ctrl + Enter</span>
        </span>
        <Button look="primary" type="submit" disabled={!isReady}>
          {create.isPending ? "Starting…" : "Run task"}
        </Button>
      </div>
      {presets.isError && presets.data === undefined && (
        <Failure
          title="The template's presets cannot be loaded"
          error={presets.error}
          retry={() => presets.refetch()}
        />
      )}
      <Refused error={create.error} />
    </form>
  );
}
