import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { taskKeys } from "@/features/tasks/api";
import { NewTask } from "@/features/tasks/components/new-task";
import { TaskList } from "@/features/tasks/components/task-list";
import { openEvents } from "@/lib/live";
import { router } from "./router";

export function TasksPage({ startPrompt }: { startPrompt?: string | undefined }) {
  const queries = useQueryClient();

  // The server's hints that something moved; the list is then asked for again.
  useEffect(() => {
    const look = () => queries.invalidateQueries({ queryKey: taskKeys.lists() });
    let wasLost = false;
    const live = openEvents(
      () => "/api/v2/events",
      look,
      (isUp) => {
        // Nobody tells again what was hinted meanwhile.
        if (isUp && wasLost) {
          look();
        }
        wasLost = !isUp;
      },
      ["tasks"],
    );
    return () => live.close();
  }, [queries]);

  return (
    <div className="space-y-8">
      <h1 className="sr-only">Tasks</h1>
      <NewTask
        startPrompt={startPrompt}
        onCreated={(task) =>
          router.navigate({
            to: "/tasks/$user/$task",
            params: { user: task.owner_name, task: task.name },
          })
        }
      />
      <TaskList query="owner:me" />
    </div>
  );
}
