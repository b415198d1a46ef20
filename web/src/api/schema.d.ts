// Made by `npm run generate`; do not edit.

export interface paths {
    "/api/v2/authcheck": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Which of these the caller may do */
        post: operations["check_api_v2_authcheck_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/buildinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions, for clients to gate features on */
        get: operations["build_info_api_v2_buildinfo_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/deployment/ssh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How SSH hosts of workspaces are named */
        get: operations["ssh_settings_api_v2_deployment_ssh_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow all tasks: which of them changed
         * @description `text/event-stream` with frames `tasks`: `{task_ids: [...]}`; null means that any may have changed. Hints only: look at the tasks themselves.
         */
        get: operations["follow_tasks_api_v2_events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** None: what is here is finished */
        get: operations["experiments_api_v2_experiments_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload a template's folder as tar, tar.gz or zip */
        post: operations["upload_file_api_v2_files_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An uploaded archive, as a plain tar */
        get: operations["download_file_api_v2_files__file__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Organizations that one may see */
        get: operations["list_organizations_api_v2_organizations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, by id, name or `default` */
        get: operations["get_organization_api_v2_organizations__organization__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is in it */
        get: operations["list_members_api_v2_organizations__organization__members_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/members/{user}/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create one in an organization */
        post: operations["create_workspace_in_organization_api_v2_organizations__organization__members__user__workspaces_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Those of an organization */
        get: operations["list_templates_of_organization_api_v2_organizations__organization__templates_get"];
        put?: never;
        /** Make a template of an imported version */
        post: operations["create_template_api_v2_organizations__organization__templates_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/templates/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, by name */
        get: operations["get_template_by_name_api_v2_organizations__organization__templates__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/templates/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version, by its name */
        get: operations["get_version_by_name_api_v2_organizations__organization__templates__name__versions__version__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/organizations/{organization}/templateversions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Import an uploaded archive */
        post: operations["create_version_api_v2_organizations__organization__templateversions_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/sandboxes/{sandbox}/egress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Egress decisions, with the token of the sandbox's build */
        post: operations["report_egress_api_v2_sandboxes__sandbox__egress_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tasks */
        get: operations["list_tasks_api_v2_tasks_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a task */
        post: operations["create_task_api_v2_tasks__user__post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a task */
        get: operations["get_task_api_v2_tasks__user___task__get"];
        put?: never;
        post?: never;
        /** Delete a task and its workspace */
        delete: operations["delete_task_api_v2_tasks__user___task__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Files that the agent's tools created, edited or deleted; newest first */
        get: operations["list_artifacts_api_v2_tasks__user___task__artifacts_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/artifacts/{artifact}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file's diff and text, as the agent's tools told them */
        get: operations["get_artifact_api_v2_tasks__user___task__artifacts__artifact__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/artifacts/{artifact}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The file as it is in the running workspace now
         * @description As a download, up to 16 MiB. 404 when the file is gone, 409 when it is outside of the home and of the agent's directory, 502 while the workspace is away.
         */
        get: operations["get_artifact_content_api_v2_tasks__user___task__artifacts__artifact__content_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the running turn */
        post: operations["cancel_turn_api_v2_tasks__user___task__cancel_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Give control of the agent to the chat or to its terminal */
        put: operations["set_control_api_v2_tasks__user___task__control_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A task, what its work is doing, and what waits in it */
        get: operations["get_task_detail_api_v2_tasks__user___task__detail_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a task: its events and its status, resumable by number
         * @description `text/event-stream`: frames `event` (id = the event's number), `status` (a TaskDetail, at first and when it changes) and `end`. Begins after `Last-Event-ID` or `after`, or `tail` events before the end. With `Accept: application/json`: a page, as of `events/page`.
         */
        get: operations["follow_task_api_v2_tasks__user___task__events_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/events/page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page of a task's events, oldest first; the last page without `before` */
        get: operations["page_of_events_api_v2_tasks__user___task__events_page_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/input": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the prompt of a paused task */
        patch: operations["update_task_input_api_v2_tasks__user___task__input_patch"];
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was said */
        get: operations["get_task_logs_api_v2_tasks__user___task__logs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages, in order */
        get: operations["list_messages_api_v2_tasks__user___task__messages_get"];
        put?: never;
        /** Leave a message for the agent */
        post: operations["create_message_api_v2_tasks__user___task__messages_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take a message out of the queue */
        delete: operations["remove_message_api_v2_tasks__user___task__messages__message__delete"];
        options?: never;
        head?: never;
        /** Edit or move a queued message */
        patch: operations["update_message_api_v2_tasks__user___task__messages__message__patch"];
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the agent lets one choose: its mode, its model, its effort */
        get: operations["list_options_api_v2_tasks__user___task__options_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/options/{option}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Choose; also at every later start of the task */
        put: operations["set_option_api_v2_tasks__user___task__options__option__put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a task's workspace */
        post: operations["pause_task_api_v2_tasks__user___task__pause_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/permission-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** What the agent may do without asking, for this task */
        patch: operations["set_permission_policy_api_v2_tasks__user___task__permission_policy_patch"];
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Permission requests of the task's agent, oldest first */
        get: operations["list_permissions_api_v2_tasks__user___task__permissions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/permissions/{permission}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer a request; the first answer wins */
        post: operations["answer_permission_api_v2_tasks__user___task__permissions__permission__post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a paused task's workspace */
        post: operations["resume_task_api_v2_tasks__user___task__resume_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message to an idle agent */
        post: operations["send_task_input_api_v2_tasks__user___task__send_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Templates that one may use */
        get: operations["list_templates_api_v2_templates_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templates/{template}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, by id */
        get: operations["get_template_api_v2_templates__template__get"];
        put?: never;
        post?: never;
        /** Delete one without workspaces */
        delete: operations["delete_template_api_v2_templates__template__delete"];
        options?: never;
        head?: never;
        /** Change what is not of a version */
        patch: operations["update_template_api_v2_templates__template__patch"];
        trace?: never;
    };
    "/api/v2/templates/{template}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its versions, newest first */
        get: operations["list_versions_api_v2_templates__template__versions_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Promote one of its versions */
        patch: operations["promote_version_api_v2_templates__template__versions_patch"];
        trace?: never;
    };
    "/api/v2/templates/{template}/versions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them, by name */
        get: operations["get_version_of_template_api_v2_templates__template__versions__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, with its import job */
        get: operations["get_version_api_v2_templateversions__version__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change its name or message */
        patch: operations["update_version_api_v2_templateversions__version__patch"];
        trace?: never;
    };
    "/api/v2/templateversions/{version}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hide it from lists */
        post: operations["archive_version_api_v2_templateversions__version__archive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** End its import */
        patch: operations["cancel_version_api_v2_templateversions__version__cancel_patch"];
        trace?: never;
    };
    "/api/v2/templateversions/{version}/external-auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Accounts elsewhere that it asks for */
        get: operations["get_external_auth_api_v2_templateversions__version__external_auth_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its import printed */
        get: operations["get_logs_api_v2_templateversions__version__logs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its presets */
        get: operations["get_presets_api_v2_templateversions__version__presets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it would make */
        get: operations["get_resources_api_v2_templateversions__version__resources_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/rich-parameters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its parameters */
        get: operations["get_rich_parameters_api_v2_templateversions__version__rich_parameters_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/unarchive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show it again */
        post: operations["unarchive_version_api_v2_templateversions__version__unarchive_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/templateversions/{version}/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its variables */
        get: operations["get_variables_api_v2_templateversions__version__variables_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users that one may see, by a search query */
        get: operations["list_users_api_v2_users_get"];
        put?: never;
        /** Make a user */
        post: operations["create_user_api_v2_users_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/authmethods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in here */
        get: operations["auth_methods_api_v2_users_authmethods_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/first": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether there is a user yet */
        get: operations["is_set_up_api_v2_users_first_get"];
        put?: never;
        /** Make the first user, an owner */
        post: operations["create_first_user_api_v2_users_first_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in by email (or username) and password */
        post: operations["log_in_api_v2_users_login_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session that makes this request */
        post: operations["log_out_api_v2_users_logout_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Roles that can be given to a user */
        get: operations["list_roles_api_v2_users_roles_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user, by id, name or `me` */
        get: operations["get_user_api_v2_users__user__get"];
        put?: never;
        post?: never;
        /** Delete a user; what they own stays */
        delete: operations["delete_user_api_v2_users__user__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A key that lives like a session, for a program of one's own */
        post: operations["create_key_api_v2_users__user__keys_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/keys/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** API tokens, newest first */
        get: operations["list_tokens_api_v2_users__user__keys_tokens_get"];
        put?: never;
        /** Make an API token */
        post: operations["create_token_api_v2_users__user__keys_tokens_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/keys/tokens/tokenconfig": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The longest lifetime a token may have */
        get: operations["token_config_api_v2_users__user__keys_tokens_tokenconfig_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/keys/tokens/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One API token, by its name */
        get: operations["get_token_by_name_api_v2_users__user__keys_tokens__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/keys/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One token, session or key, by its id */
        get: operations["get_token_api_v2_users__user__keys__token_id__get"];
        put?: never;
        post?: never;
        /** Revoke a token, session or key */
        delete: operations["revoke_token_api_v2_users__user__keys__token_id__delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Organizations that a user is in */
        get: operations["organizations_of_user_api_v2_users__user__organizations_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/organizations/{organization}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of those */
        get: operations["organization_of_user_api_v2_users__user__organizations__organization__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a password; every other session of the user ends */
        put: operations["change_password_api_v2_users__user__password_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the name or username */
        put: operations["change_profile_api_v2_users__user__profile_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The roles of a user */
        get: operations["get_roles_api_v2_users__user__roles_get"];
        /** Set the roles of a user */
        put: operations["change_roles_api_v2_users__user__roles_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/status/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Let a suspended user in again */
        put: operations["activate_api_v2_users__user__status_activate_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/status/suspend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** End their sessions, let them in no more */
        put: operations["suspend_api_v2_users__user__status_suspend_put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/workspace/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, by owner and name */
        get: operations["get_workspace_by_name_api_v2_users__user__workspace__name__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/workspace/{name}/builds/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A build, by owner, name and number */
        get: operations["get_build_by_number_api_v2_users__user__workspace__name__builds__number__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/users/{user}/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create one */
        post: operations["create_workspace_api_v2_users__user__workspaces_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/me/app-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Say how the work is going */
        patch: operations["update_app_status_api_v2_workspaceagents_me_app_status_patch"];
        trace?: never;
    };
    "/api/v2/workspaceagents/me/external-auth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A token of an external provider */
        get: operations["get_external_auth_api_v2_workspaceagents_me_external_auth_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/me/gitsshkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The owner's SSH key for git */
        get: operations["get_git_ssh_key_api_v2_workspaceagents_me_gitsshkey_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/me/log-source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register a source of logs */
        post: operations["create_log_source_api_v2_workspaceagents_me_log_source_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/me/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Add lines to the agent's logs */
        patch: operations["add_logs_api_v2_workspaceagents_me_logs_patch"];
        trace?: never;
    };
    "/api/v2/workspaceagents/me/tasks/{task}/log-snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep the last messages of a task before its workspace stops */
        post: operations["save_log_snapshot_api_v2_workspaceagents_me_tasks__task__log_snapshot_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/{agent}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, with its apps */
        get: operations["get_agent_api_v2_workspaceagents__agent__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/{agent}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What its scripts printed */
        get: operations["get_logs_api_v2_workspaceagents__agent__logs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/{agent}/metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its metadata, with the last values */
        get: operations["get_metadata_api_v2_workspaceagents__agent__metadata_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaceagents/{agent}/watch-metadata": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its metadata, as server-sent events, whenever it changes */
        get: operations["watch_metadata_api_v2_workspaceagents__agent__watch_metadata_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, with its job and resources */
        get: operations["get_build_api_v2_workspacebuilds__build__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** End it */
        patch: operations["cancel_build_api_v2_workspacebuilds__build__cancel_patch"];
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it printed */
        get: operations["get_logs_api_v2_workspacebuilds__build__logs_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/parameters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Values it was made with */
        get: operations["get_parameters_api_v2_workspacebuilds__build__parameters_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it made */
        get: operations["get_resources_api_v2_workspacebuilds__build__resources_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its Terraform state */
        get: operations["get_state_api_v2_workspacebuilds__build__state_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/timings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How long its steps took */
        get: operations["get_timings_api_v2_workspacebuilds__build__timings_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workspaces that one may see */
        get: operations["list_workspaces_api_v2_workspaces_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaces/{workspace}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One, by id; 410 when it was deleted */
        get: operations["get_workspace_api_v2_workspaces__workspace__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaces/{workspace}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Builds, newest first */
        get: operations["list_builds_api_v2_workspaces__workspace__builds_get"];
        put?: never;
        /** Start, stop or delete a workspace */
        post: operations["create_build_api_v2_workspaces__workspace__builds_post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaces/{workspace}/egress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What it tried to reach, newest first */
        get: operations["list_egress_api_v2_workspaces__workspace__egress_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspaces/{workspace}/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** It, as server-sent events, whenever it changes */
        get: operations["watch_workspace_api_v2_workspaces__workspace__watch_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bin/taskyard-runner.pyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The runner, for any Python from 3.11 on */
        get: operations["get_runner_bin_taskyard_runner_pyz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** 200 when the server and its database answer */
        get: operations["healthz_healthz_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/latency-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An answer as fast as can be */
        get: operations["latency_check_latency_check_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AgentHealth */
        AgentHealth: {
            /** Healthy */
            healthy: boolean;
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        /** AgentLog */
        AgentLog: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Level
             * @default info
             */
            level: string;
            /** Output */
            output: string;
        };
        /** AgentLogs */
        AgentLogs: {
            /**
             * Log Source Id
             * Format: uuid
             */
            log_source_id: string;
            /** Logs */
            logs: components["schemas"]["AgentLog"][];
        };
        /**
         * AgentMetadata
         * @description The last value of a metadata item; in memory of the server only.
         */
        AgentMetadata: {
            /** Collected At */
            collected_at: string | null;
            /** Display Name */
            display_name: string;
            /** Error */
            error: string;
            /** Interval */
            interval: number;
            /** Key */
            key: string;
            /** Value */
            value: string;
        };
        /**
         * AnswerPermission
         * @description By option, or by kind (`allow_once`, `allow_always`, `reject_once`, `reject_always`).
         */
        AnswerPermission: {
            /**
             * Kind
             * @default
             */
            kind: string;
            /**
             * Option Id
             * @default
             */
            option_id: string;
        };
        /**
         * AppStatusUpdate
         * @description PATCH of an agent's own app status (Coder's words).
         */
        AppStatusUpdate: {
            /** App Slug */
            app_slug: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Needs User Attention
             * @default false
             */
            needs_user_attention: boolean;
            /** State */
            state: string;
            /**
             * Uri
             * @default
             */
            uri: string;
        };
        /**
         * Artifact
         * @description A file that the agent's tools created, edited or deleted.
         */
        Artifact: {
            /** Additions */
            additions: number;
            /** Changes */
            changes: number;
            /** Deletions */
            deletions: number;
            /**
             * First At
             * Format: date-time
             */
            first_at: string;
            /** First Seq */
            first_seq: number;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "created" | "edited" | "deleted";
            /**
             * Last At
             * Format: date-time
             */
            last_at: string;
            /** Last Seq */
            last_seq: number;
            /** Path */
            path: string;
            /** Tool */
            tool: string;
        };
        /**
         * ArtifactDetail
         * @description With what was recorded of the changes, oldest first.
         */
        ArtifactDetail: {
            /** Additions */
            additions: number;
            /** Changes */
            changes: number;
            /** Deletions */
            deletions: number;
            /** Diff */
            diff: string;
            /**
             * First At
             * Format: date-time
             */
            first_at: string;
            /** First Seq */
            first_seq: number;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "created" | "edited" | "deleted";
            /**
             * Last At
             * Format: date-time
             */
            last_at: string;
            /** Last Seq */
            last_seq: number;
            /** Path */
            path: string;
            /** Text */
            text: string | null;
            /** Text Is Whole */
            text_is_whole: boolean;
            /** Tool */
            tool: string;
            /**
             * Truncated
             * @default false
             */
            truncated: boolean;
        };
        /**
         * Artifacts
         * @description The most recently changed first; `count` is of all, also those left out.
         */
        Artifacts: {
            /** Artifacts */
            artifacts: components["schemas"]["Artifact"][];
            /** Count */
            count: number;
        };
        /** AuthCheck */
        AuthCheck: {
            /** Action */
            action: string;
            object: components["schemas"]["AuthCheckObject"];
        };
        /**
         * AuthCheckObject
         * @description What a check is about; an empty `owner_id` means anybody's.
         */
        AuthCheckObject: {
            /**
             * Any Org
             * @default false
             */
            any_org: boolean;
            /**
             * Organization Id
             * @default
             */
            organization_id: string;
            /**
             * Owner Id
             * @default
             */
            owner_id: string;
            /**
             * Resource Id
             * @default
             */
            resource_id: string;
            /** Resource Type */
            resource_type: string;
        };
        /** AuthChecks */
        AuthChecks: {
            /** Checks */
            checks: {
                [key: string]: components["schemas"]["AuthCheck"];
            };
        };
        /**
         * BuildInfo
         * @description `version` is the Coder version whose API this is; clients gate features on it.
         */
        BuildInfo: {
            /**
             * Agent Api Version
             * @default 2.0
             */
            agent_api_version: string;
            /** Dashboard Url */
            dashboard_url: string;
            /** Deployment Id */
            deployment_id: string;
            /** External Url */
            external_url: string;
            /**
             * Provisioner Api Version
             * @default 1.0
             */
            provisioner_api_version: string;
            /** Taskyard Version */
            taskyard_version: string;
            /**
             * Telemetry
             * @default false
             */
            telemetry: boolean;
            /**
             * Upgrade Message
             * @default
             */
            upgrade_message: string;
            /** Version */
            version: string;
            /**
             * Workspace Proxy
             * @default false
             */
            workspace_proxy: boolean;
        };
        /** BuildParameter */
        BuildParameter: {
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /** BuildTimeStats */
        BuildTimeStats: {
            /** P50 */
            P50?: number | null;
            /** P95 */
            P95?: number | null;
        };
        /** ChangePassword */
        ChangePassword: {
            /** Old Password */
            old_password?: string | null;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /** ChangeProfile */
        ChangeProfile: {
            /**
             * Name
             * @default
             */
            name: string;
            /** Username */
            username: string;
        };
        /** ChangeRoles */
        ChangeRoles: {
            /** Roles */
            roles: ("owner" | "template-admin" | "auditor" | "member")[];
        };
        /**
         * ControlState
         * @description Who has control. `switching`: accepted, but the agent is not there yet.
         */
        ControlState: {
            /**
             * Controller
             * @enum {string}
             */
            controller: "chat" | "terminal";
            /**
             * Switching
             * @default false
             */
            switching: boolean;
            /**
             * Terminal
             * @enum {string}
             */
            terminal: "none" | "live" | "handover";
        };
        /** CreateBuild */
        CreateBuild: {
            /**
             * Orphan
             * @default false
             */
            orphan: boolean;
            /** Reason */
            reason?: ("initiator" | "autostart" | "autostop" | "dormancy" | "dashboard" | "cli" | "ssh_connection" | "vscode_connection" | "jetbrains_connection" | "task_auto_pause" | "task_manual_pause" | "task_resume") | null;
            /**
             * Rich Parameter Values
             * @default []
             */
            rich_parameter_values: components["schemas"]["BuildParameter"][];
            /** Template Version Id */
            template_version_id?: string | null;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
            /**
             * Transition
             * @enum {string}
             */
            transition: "start" | "stop" | "delete";
        };
        /**
         * CreateFirstUser
         * @description `setup_token` comes from the one-time link that the server prints.
         */
        CreateFirstUser: {
            /** Email */
            email: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Setup Token */
            setup_token: string;
            /** Username */
            username: string;
        };
        /** CreateMessage */
        CreateMessage: {
            /**
             * Delivery
             * @default queue
             * @enum {string}
             */
            delivery: "queue" | "now" | "steer";
            /** Input */
            input: string;
            /**
             * Resume
             * @default false
             */
            resume: boolean;
        };
        /** CreateTask */
        CreateTask: {
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /** Input */
            input: string;
            /**
             * Name
             * @default
             */
            name: string;
            /** Permission Policy */
            permission_policy?: ("allow_edits" | "ask" | "allow_all") | null;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
        };
        /** CreateTemplate */
        CreateTemplate: {
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /** Name */
            name: string;
            /**
             * Permission Policy
             * @default allow_edits
             * @enum {string}
             */
            permission_policy: "allow_edits" | "ask" | "allow_all";
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
        };
        /** CreateTemplateVersion */
        CreateTemplateVersion: {
            /**
             * File Id
             * Format: uuid
             */
            file_id: string;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Provisioner
             * @default terraform
             * @constant
             */
            provisioner: "terraform";
            /**
             * Storage Method
             * @default file
             * @constant
             */
            storage_method: "file";
            /**
             * Tags
             * @default {}
             */
            tags: {
                [key: string]: string;
            };
            /** Template Id */
            template_id?: string | null;
            /**
             * User Variable Values
             * @default []
             */
            user_variable_values: components["schemas"]["VariableValue"][];
        };
        /** CreateToken */
        CreateToken: {
            /**
             * Lifetime
             * @default 0
             */
            lifetime: number;
            /**
             * Scope
             * @default all
             * @enum {string}
             */
            scope: "all" | "application_connect" | "read";
            /**
             * Token Name
             * @default
             */
            token_name: string;
        };
        /** CreateUser */
        CreateUser: {
            /** Email */
            email: string;
            /** Github Com User Id */
            github_com_user_id?: number | null;
            /**
             * Login Type
             * @default password
             * @enum {string}
             */
            login_type: "password" | "none";
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Organization Ids
             * @default []
             */
            organization_ids: string[];
            /** Password */
            password?: string | null;
            /**
             * Roles
             * @default []
             */
            roles: ("owner" | "template-admin" | "auditor" | "member")[];
            /**
             * User Status
             * @default active
             * @enum {string}
             */
            user_status: "active" | "dormant";
            /** Username */
            username: string;
        };
        /** CreateWorkspace */
        CreateWorkspace: {
            /** Name */
            name: string;
            /**
             * Rich Parameter Values
             * @default []
             */
            rich_parameter_values: components["schemas"]["BuildParameter"][];
            /** Template Id */
            template_id?: string | null;
            /** Template Version Id */
            template_version_id?: string | null;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
        };
        /** CreatedToken */
        CreatedToken: {
            /** Key */
            key: string;
        };
        /** CurrentState */
        CurrentState: {
            /** Message */
            message: string;
            /**
             * State
             * @enum {string}
             */
            state: "working" | "idle" | "complete" | "failed";
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /** Uri */
            uri: string;
        };
        /**
         * Done
         * @description The body of an answer that has nothing to say but that it was done.
         */
        Done: {
            /** Message */
            message: string;
        };
        /** EgressBatch */
        EgressBatch: {
            /** Decisions */
            decisions: components["schemas"]["EgressReport"][];
        };
        /**
         * EgressDecision
         * @description What a workspace tried to reach, and what the policy said.
         */
        EgressDecision: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Host */
            host: string;
            /** Id */
            id: number;
            /** Method */
            method: string;
            /** Port */
            port: number;
            /** Reason */
            reason: string;
            /** Rule */
            rule: string;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "allow" | "deny";
        };
        /** EgressDecisions */
        EgressDecisions: {
            /** Count */
            count: number;
            /** Decisions */
            decisions: components["schemas"]["EgressDecision"][];
        };
        /**
         * EgressReport
         * @description A decision as the supervisor of a sandbox reports it.
         */
        EgressReport: {
            /** At */
            at: number;
            /** Host */
            host: string;
            /**
             * Method
             * @default
             */
            method: string;
            /**
             * Path
             * @default
             */
            path: string;
            /** Port */
            port: number;
            /**
             * Rule
             * @default
             */
            rule: string;
            /**
             * Verdict
             * @enum {string}
             */
            verdict: "allow" | "deny";
            /**
             * Why
             * @default
             */
            why: string;
        };
        /**
         * ErrorBody
         * @description The body of every answer that is not 2xx.
         *
         *     `code` is stable and ours; `message` and `validations` have the words that
         *     Coder-compatible clients show.
         */
        ErrorBody: {
            /**
             * Code
             * @default
             */
            code: string;
            /**
             * Detail
             * @default
             */
            detail: string;
            /** Message */
            message: string;
            /**
             * Validations
             * @default []
             */
            validations: components["schemas"]["FieldError"][];
        };
        /** FieldError */
        FieldError: {
            /** Detail */
            detail: string;
            /** Field */
            field: string;
        };
        /** FirstUser */
        FirstUser: {
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
        };
        /** HTTPValidationError */
        HTTPValidationError: {
            /** Detail */
            detail?: components["schemas"]["ValidationError"][];
        };
        /** Login */
        Login: {
            /** Email */
            email: string;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * Message
         * @description A message to the agent: a row first, delivered once.
         */
        Message: {
            /** Author Id */
            author_id: string | null;
            /** Author Name */
            author_name: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Delivered At */
            delivered_at: string | null;
            /**
             * Error
             * @default
             */
            error: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Input */
            input: string;
            /**
             * Kind
             * @enum {string}
             */
            kind: "initial" | "follow_up";
            /** Position */
            position: number;
            /**
             * State
             * @enum {string}
             */
            state: "queued" | "sending" | "delivered" | "failed" | "removed";
            /**
             * Task Id
             * Format: uuid
             */
            task_id: string;
        };
        /** Messages */
        Messages: {
            /** Messages */
            messages: components["schemas"]["Message"][];
        };
        /** NewLogSource */
        NewLogSource: {
            /**
             * Display Name
             * @default
             */
            display_name: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
        };
        /** OptionChoice */
        OptionChoice: {
            /**
             * Description
             * @default
             */
            description: string;
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /** Organization */
        Organization: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Description
             * @default
             */
            description: string;
            /** Display Name */
            display_name: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Is Default */
            is_default: boolean;
            /** Name */
            name: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /** OrganizationMember */
        OrganizationMember: {
            /**
             * Avatar Url
             * @default
             */
            avatar_url: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /** Global Roles */
            global_roles: components["schemas"]["Role"][];
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Roles
             * @default []
             */
            roles: components["schemas"]["Role"][];
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /** Username */
            username: string;
        };
        /** Permission */
        Permission: {
            /** Answered At */
            answered_at: string | null;
            /**
             * Answered By
             * @default
             */
            answered_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Option Id
             * @default
             */
            option_id: string;
            /** Options */
            options: {
                [key: string]: unknown;
            }[];
            /** Request Id */
            request_id: string;
            /**
             * Session Id
             * Format: uuid
             */
            session_id: string;
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "answered" | "cancelled" | "timed_out";
            /** Title */
            title: string;
            /** Tool */
            tool: {
                [key: string]: unknown;
            };
        };
        /** Permissions */
        Permissions: {
            /** Permissions */
            permissions: components["schemas"]["Permission"][];
        };
        /**
         * Preset
         * @description Coder's words here are in Pascal case.
         */
        Preset: {
            /** Default */
            Default: boolean;
            /** Description */
            Description: string;
            /** Desiredprebuildinstances */
            DesiredPrebuildInstances: number | null;
            /**
             * Id
             * Format: uuid
             */
            ID: string;
            /** Icon */
            Icon: string;
            /** Name */
            Name: string;
            /** Parameters */
            Parameters: components["schemas"]["PresetParameter"][];
        };
        /** PresetParameter */
        PresetParameter: {
            /** Name */
            Name: string;
            /** Value */
            Value: string;
        };
        /** PromoteVersion */
        PromoteVersion: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
        };
        /** ProvisionerJob */
        ProvisionerJob: {
            /** Canceled At */
            canceled_at?: string | null;
            /** Completed At */
            completed_at?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Error */
            error?: string | null;
            /** Error Code */
            error_code?: string | null;
            /**
             * File Id
             * Format: uuid
             */
            file_id: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Initiator Id
             * Format: uuid
             */
            initiator_id: string;
            /**
             * Input
             * @default {}
             */
            input: {
                [key: string]: unknown;
            };
            /**
             * Logs Overflowed
             * @default false
             */
            logs_overflowed: boolean;
            /**
             * Metadata
             * @default {}
             */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Queue Position
             * @default 0
             */
            queue_position: number;
            /**
             * Queue Size
             * @default 0
             */
            queue_size: number;
            /** Started At */
            started_at?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "running" | "succeeded" | "failed" | "canceling" | "canceled";
            /**
             * Tags
             * @default {}
             */
            tags: {
                [key: string]: string;
            };
            /**
             * Type
             * @enum {string}
             */
            type: "workspace_build" | "template_version_import" | "template_version_dry_run";
            /** Worker Id */
            worker_id?: string | null;
            /**
             * Worker Name
             * @default
             */
            worker_name: string;
        };
        /** ProvisionerJobLog */
        ProvisionerJobLog: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /**
             * Log Level
             * @enum {string}
             */
            log_level: "trace" | "debug" | "info" | "warn" | "error";
            /**
             * Log Source
             * @enum {string}
             */
            log_source: "provisioner" | "provisioner_daemon";
            /** Output */
            output: string;
            /** Stage */
            stage: string;
        };
        /** RichParameter */
        RichParameter: {
            /** Default Value */
            default_value: string;
            /** Description */
            description: string;
            /** Description Plaintext */
            description_plaintext: string;
            /** Display Name */
            display_name: string;
            /** Ephemeral */
            ephemeral: boolean;
            /** Form Type */
            form_type: string;
            /** Icon */
            icon: string;
            /** Mutable */
            mutable: boolean;
            /** Name */
            name: string;
            /** Options */
            options: components["schemas"]["RichParameterOption"][];
            /** Required */
            required: boolean;
            /**
             * Styling
             * @default {}
             */
            styling: {
                [key: string]: unknown;
            };
            /**
             * Type
             * @enum {string}
             */
            type: "string" | "number" | "bool" | "list(string)";
            /**
             * Validation Error
             * @default
             */
            validation_error: string;
            /** Validation Max */
            validation_max?: number | null;
            /** Validation Min */
            validation_min?: number | null;
            /**
             * Validation Monotonic
             * @default
             */
            validation_monotonic: string;
            /**
             * Validation Regex
             * @default
             */
            validation_regex: string;
        };
        /** RichParameterOption */
        RichParameterOption: {
            /** Description */
            description: string;
            /** Icon */
            icon: string;
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /** Role */
        Role: {
            /** Display Name */
            display_name: string;
            /** Name */
            name: string;
            /**
             * Organization Id
             * @default
             */
            organization_id: string;
        };
        /** Session */
        Session: {
            /** Session Token */
            session_token: string;
        };
        /** SetControl */
        SetControl: {
            /**
             * Cancel Turn
             * @default false
             */
            cancel_turn: boolean;
            /**
             * Controller
             * @enum {string}
             */
            controller: "chat" | "terminal";
        };
        /** SetOption */
        SetOption: {
            /** Value */
            value: string | boolean;
        };
        /**
         * SetPermissionPolicy
         * @description null: what the template says again.
         */
        SetPermissionPolicy: {
            /** Policy */
            policy: ("allow_edits" | "ask" | "allow_all") | null;
        };
        /**
         * StatusFact
         * @description A status with where it is known from and since when.
         */
        StatusFact: {
            /**
             * Action
             * @default
             * @enum {string}
             */
            action: "" | "answer" | "login" | "resume" | "restart" | "wait" | "view_logs";
            /**
             * Detail
             * @default
             */
            detail: string;
            /** Heard At */
            heard_at?: string | null;
            /**
             * Reported
             * @default
             * @enum {string}
             */
            reported: "" | "working" | "idle" | "complete" | "failure";
            /** Resets At */
            resets_at?: string | null;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Source */
            source: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "starting" | "working" | "idle" | "needs_input" | "needs_login" | "limited" | "no_signal" | "pausing" | "paused" | "deleting" | "failed" | "crashed";
        };
        /**
         * StoredEvent
         * @description A session event as the server keeps it; see `protocol.sessions`.
         */
        StoredEvent: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
            /** Key */
            key: string;
            /** Kind */
            kind: string;
            /** Seq */
            seq: number;
            /**
             * Session Id
             * Format: uuid
             */
            session_id: string;
        };
        /** Task */
        Task: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            current_state: components["schemas"]["CurrentState"] | null;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Initial Prompt */
            initial_prompt: string;
            /** Name */
            name: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "initializing" | "active" | "paused" | "unknown" | "error";
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /** Template Name */
            template_name: string;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            workspace_agent_health: components["schemas"]["AgentHealth"] | null;
            /** Workspace Agent Id */
            workspace_agent_id: string | null;
            /** Workspace Agent Lifecycle */
            workspace_agent_lifecycle: string | null;
            /** Workspace App Id */
            workspace_app_id: string | null;
            /** Workspace Build Number */
            workspace_build_number?: number | null;
            /** Workspace Id */
            workspace_id: string | null;
            /** Workspace Name */
            workspace_name: string;
            /** Workspace Status */
            workspace_status?: ("pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted") | null;
        };
        /**
         * TaskDetail
         * @description A task with its work status and what waits in it.
         */
        TaskDetail: {
            /**
             * Controller
             * @default chat
             * @enum {string}
             */
            controller: "chat" | "terminal";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            current_state: components["schemas"]["CurrentState"] | null;
            /**
             * Demo Model
             * @default false
             */
            demo_model: boolean;
            /** Display Name */
            display_name: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Initial Prompt */
            initial_prompt: string;
            /**
             * Isolation
             * @default
             */
            isolation: string;
            /** Name */
            name: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /**
             * Pending Permissions
             * @default 0
             */
            pending_permissions: number;
            /**
             * Permission Policy
             * @default allow_edits
             * @enum {string}
             */
            permission_policy: "allow_edits" | "ask" | "allow_all";
            /**
             * Queued Messages
             * @default 0
             */
            queued_messages: number;
            /** Session Id */
            session_id: string | null;
            /**
             * Session Title
             * @default
             */
            session_title: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "initializing" | "active" | "paused" | "unknown" | "error";
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /** Template Name */
            template_name: string;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /**
             * Terminal
             * @default none
             * @enum {string}
             */
            terminal: "none" | "live" | "handover";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Usage */
            usage?: {
                [key: string]: unknown;
            } | null;
            work: components["schemas"]["StatusFact"];
            workspace_agent_health: components["schemas"]["AgentHealth"] | null;
            /** Workspace Agent Id */
            workspace_agent_id: string | null;
            /** Workspace Agent Lifecycle */
            workspace_agent_lifecycle: string | null;
            /** Workspace App Id */
            workspace_app_id: string | null;
            /** Workspace Build Number */
            workspace_build_number?: number | null;
            /** Workspace Id */
            workspace_id: string | null;
            /** Workspace Name */
            workspace_name: string;
            /** Workspace Status */
            workspace_status?: ("pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted") | null;
        };
        /** TaskInput */
        TaskInput: {
            /** Input */
            input: string;
        };
        /** TaskLog */
        TaskLog: {
            /** Content */
            content: string;
            /** Id */
            id: number;
            /**
             * Time
             * Format: date-time
             */
            time: string;
            /**
             * Type
             * @enum {string}
             */
            type: "input" | "output";
        };
        /** TaskLogs */
        TaskLogs: {
            /** Logs */
            logs: components["schemas"]["TaskLog"][];
            /** Snapshot */
            snapshot?: boolean | null;
            /** Snapshot At */
            snapshot_at?: string | null;
        };
        /**
         * TaskOption
         * @description Something the agent lets one choose: its mode, its model, how hard it thinks.
         */
        TaskOption: {
            /**
             * Category
             * @default
             */
            category: string;
            /**
             * Choices
             * @default []
             */
            choices: components["schemas"]["OptionChoice"][];
            /**
             * Chosen
             * @default false
             */
            chosen: boolean;
            /**
             * Description
             * @default
             */
            description: string;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /**
             * Type
             * @default select
             * @enum {string}
             */
            type: "select" | "boolean";
            /** Value */
            value: string | boolean | null;
        };
        /** TaskOptions */
        TaskOptions: {
            /**
             * Agent
             * @default
             */
            agent: string;
            /** Options */
            options: components["schemas"]["TaskOption"][];
            /** Session Id */
            session_id: string | null;
        };
        /** TaskPermissionPolicy */
        TaskPermissionPolicy: {
            /** In Force */
            in_force: boolean;
            /**
             * Policy
             * @enum {string}
             */
            policy: "allow_edits" | "ask" | "allow_all";
            /**
             * Source
             * @enum {string}
             */
            source: "task" | "module" | "template";
        };
        /** Tasks */
        Tasks: {
            /** Count */
            count: number;
            /** Tasks */
            tasks: components["schemas"]["Task"][];
        };
        /** Template */
        Template: {
            /**
             * Active User Count
             * @default 0
             */
            active_user_count: number;
            /**
             * Active Version Id
             * Format: uuid
             */
            active_version_id: string;
            /**
             * Activity Bump Ms
             * @default 0
             */
            activity_bump_ms: number;
            /**
             * Allow User Autostart
             * @default true
             */
            allow_user_autostart: boolean;
            /**
             * Allow User Autostop
             * @default true
             */
            allow_user_autostop: boolean;
            /**
             * Allow User Cancel Workspace Jobs
             * @default true
             */
            allow_user_cancel_workspace_jobs: boolean;
            /**
             * Autostart Requirement
             * @default {
             *       "days_of_week": []
             *     }
             */
            autostart_requirement: {
                [key: string]: unknown;
            };
            /**
             * Autostop Requirement
             * @default {
             *       "days_of_week": [],
             *       "weeks": 1
             *     }
             */
            autostop_requirement: {
                [key: string]: unknown;
            };
            /**
             * Build Time Stats
             * @default {}
             */
            build_time_stats: {
                [key: string]: components["schemas"]["BuildTimeStats"];
            };
            /**
             * Cors Behavior
             * @default simple
             * @enum {string}
             */
            cors_behavior: "simple" | "passthru";
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Created By Id
             * Format: uuid
             */
            created_by_id: string;
            /** Created By Name */
            created_by_name: string;
            /**
             * Default Ttl Ms
             * @default 0
             */
            default_ttl_ms: number;
            /**
             * Deleted
             * @default false
             */
            deleted: boolean;
            /**
             * Deprecated
             * @default false
             */
            deprecated: boolean;
            /**
             * Deprecation Message
             * @default
             */
            deprecation_message: string;
            /** Description */
            description: string;
            /**
             * Disable Module Cache
             * @default false
             */
            disable_module_cache: boolean;
            /** Display Name */
            display_name: string;
            /**
             * Failure Ttl Ms
             * @default 0
             */
            failure_ttl_ms: number;
            /**
             * Has Ai Task
             * @default false
             */
            has_ai_task: boolean;
            /** Icon */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Max Port Share Level
             * @default public
             */
            max_port_share_level: string;
            /** Name */
            name: string;
            /**
             * Not Task Reason
             * @default
             */
            not_task_reason: string;
            /** Organization Display Name */
            organization_display_name: string;
            /**
             * Organization Icon
             * @default
             */
            organization_icon: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Organization Name */
            organization_name: string;
            /**
             * Permission Policy
             * @default allow_edits
             * @enum {string}
             */
            permission_policy: "allow_edits" | "ask" | "allow_all";
            /**
             * Provisioner
             * @default terraform
             * @constant
             */
            provisioner: "terraform";
            /**
             * Require Active Version
             * @default false
             */
            require_active_version: boolean;
            /**
             * Time Til Dormant Autodelete Ms
             * @default 0
             */
            time_til_dormant_autodelete_ms: number;
            /**
             * Time Til Dormant Ms
             * @default 0
             */
            time_til_dormant_ms: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Use Classic Parameter Flow
             * @default false
             */
            use_classic_parameter_flow: boolean;
        };
        /** TemplateVersion */
        TemplateVersion: {
            /**
             * Archived
             * @default false
             */
            archived: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: {
                [key: string]: unknown;
            };
            /**
             * Engine
             * @default
             */
            engine: string;
            /**
             * Has Ai Task
             * @default false
             */
            has_ai_task: boolean;
            /**
             * Has External Agent
             * @default false
             */
            has_external_agent: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            job: components["schemas"]["ProvisionerJob"];
            /**
             * Message
             * @default
             */
            message: string;
            /** Name */
            name: string;
            /**
             * Not Task Reason
             * @default
             */
            not_task_reason: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Readme */
            readme: string;
            /** Template Id */
            template_id?: string | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Warnings
             * @default []
             */
            warnings: string[];
        };
        /** TemplateVersionVariable */
        TemplateVersionVariable: {
            /** Default Value */
            default_value: string;
            /** Description */
            description: string;
            /** Name */
            name: string;
            /** Required */
            required: boolean;
            /** Sensitive */
            sensitive: boolean;
            /** Type */
            type: string;
            /** Value */
            value: string;
        };
        /** Token */
        Token: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Id */
            id: string;
            /**
             * Last Used
             * Format: date-time
             */
            last_used: string;
            /** Lifetime Seconds */
            lifetime_seconds: number;
            /** Login Type */
            login_type: string;
            /** Scope */
            scope: string;
            /** Token Name */
            token_name: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /**
             * Username
             * @default
             */
            username: string;
        };
        /**
         * UpdateMessage
         * @description Change a queued message: its text, its place in the queue (0 = next), or both.
         */
        UpdateMessage: {
            /** Input */
            input?: string | null;
            /** Position */
            position?: number | null;
        };
        /** UpdateTemplate */
        UpdateTemplate: {
            /** Allow User Cancel Workspace Jobs */
            allow_user_cancel_workspace_jobs?: boolean | null;
            /** Description */
            description?: string | null;
            /** Display Name */
            display_name?: string | null;
            /** Icon */
            icon?: string | null;
            /** Name */
            name?: string | null;
            /** Permission Policy */
            permission_policy?: ("allow_edits" | "ask" | "allow_all") | null;
        };
        /** UpdateTemplateVersion */
        UpdateTemplateVersion: {
            /** Message */
            message?: string | null;
            /** Name */
            name?: string | null;
        };
        /** UploadResponse */
        UploadResponse: {
            /**
             * Hash
             * Format: uuid
             */
            hash: string;
        };
        /** User */
        User: {
            /**
             * Avatar Url
             * @default
             */
            avatar_url: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Email */
            email: string;
            /** Github Com User Id */
            github_com_user_id?: number | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /**
             * Login Type
             * @enum {string}
             */
            login_type: "password" | "token" | "none";
            /**
             * Name
             * @default
             */
            name: string;
            /** Organization Ids */
            organization_ids: string[];
            /** Roles */
            roles: components["schemas"]["Role"][];
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "dormant" | "suspended";
            /**
             * Theme Preference
             * @default
             */
            theme_preference: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Username */
            username: string;
        };
        /** UserRoles */
        UserRoles: {
            /**
             * Organization Roles
             * @default {}
             */
            organization_roles: {
                [key: string]: string[];
            };
            /** Roles */
            roles: string[];
        };
        /** Users */
        Users: {
            /** Count */
            count: number;
            /** Users */
            users: components["schemas"]["User"][];
        };
        /** ValidationError */
        ValidationError: {
            /** Context */
            ctx?: Record<string, never>;
            /** Input */
            input?: unknown;
            /** Location */
            loc: (string | number)[];
            /** Message */
            msg: string;
            /** Error Type */
            type: string;
        };
        /** VariableValue */
        VariableValue: {
            /** Name */
            name: string;
            /** Value */
            value: string;
        };
        /** Workspace */
        Workspace: {
            /**
             * Allow Renames
             * @default false
             */
            allow_renames: boolean;
            /**
             * Automatic Updates
             * @default never
             */
            automatic_updates: string;
            /** Autostart Schedule */
            autostart_schedule?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Deleting At */
            deleting_at?: string | null;
            /** Dormant At */
            dormant_at?: string | null;
            /**
             * Favorite
             * @default false
             */
            favorite: boolean;
            /** Health */
            health: {
                [key: string]: unknown;
            };
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Is Prebuild
             * @default false
             */
            is_prebuild: boolean;
            /**
             * Last Used At
             * Format: date-time
             */
            last_used_at: string;
            latest_app_status: components["schemas"]["WorkspaceAppStatus"] | null;
            latest_build: components["schemas"]["WorkspaceBuild"];
            /** Name */
            name: string;
            /** Next Start At */
            next_start_at?: string | null;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Organization Name */
            organization_name: string;
            /** Outdated */
            outdated: boolean;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /** Task Id */
            task_id?: string | null;
            /**
             * Template Active Version Id
             * Format: uuid
             */
            template_active_version_id: string;
            /**
             * Template Allow User Cancel Workspace Jobs
             * @default true
             */
            template_allow_user_cancel_workspace_jobs: boolean;
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /** Template Name */
            template_name: string;
            /**
             * Template Require Active Version
             * @default false
             */
            template_require_active_version: boolean;
            /**
             * Template Use Classic Parameter Flow
             * @default false
             */
            template_use_classic_parameter_flow: boolean;
            /** Ttl Ms */
            ttl_ms?: number | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /** WorkspaceAgent */
        WorkspaceAgent: {
            /**
             * Api Version
             * @default 2.0
             */
            api_version: string;
            /**
             * Apps
             * @default []
             */
            apps: components["schemas"]["WorkspaceApp"][];
            /** Architecture */
            architecture: string;
            /**
             * Connection Timeout Seconds
             * @default 120
             */
            connection_timeout_seconds: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Directory
             * @default
             */
            directory: string;
            /** Disconnected At */
            disconnected_at?: string | null;
            /**
             * Display Apps
             * @default []
             */
            display_apps: string[];
            /**
             * Environment Variables
             * @default {}
             */
            environment_variables: {
                [key: string]: string;
            };
            /**
             * Expanded Directory
             * @default
             */
            expanded_directory: string;
            /** First Connected At */
            first_connected_at?: string | null;
            /** Health */
            health: {
                [key: string]: unknown;
            };
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Last Connected At */
            last_connected_at?: string | null;
            /** Lifecycle State */
            lifecycle_state: string;
            /**
             * Log Sources
             * @default []
             */
            log_sources: {
                [key: string]: unknown;
            }[];
            /**
             * Logs Length
             * @default 0
             */
            logs_length: number;
            /**
             * Logs Overflowed
             * @default false
             */
            logs_overflowed: boolean;
            /**
             * Metadata
             * @default []
             */
            metadata: components["schemas"]["AgentMetadata"][];
            /** Name */
            name: string;
            /** Operating System */
            operating_system: string;
            /** Parent Id */
            parent_id?: string | null;
            /** Ready At */
            ready_at?: string | null;
            /**
             * Resource Id
             * Format: uuid
             */
            resource_id: string;
            /**
             * Scripts
             * @default []
             */
            scripts: {
                [key: string]: unknown;
            }[];
            /** Started At */
            started_at?: string | null;
            /**
             * Startup Script Behavior
             * @default non-blocking
             * @enum {string}
             */
            startup_script_behavior: "blocking" | "non-blocking";
            /**
             * Status
             * @enum {string}
             */
            status: "connecting" | "connected" | "disconnected" | "timeout";
            /**
             * Subsystems
             * @default []
             */
            subsystems: string[];
            /**
             * Troubleshooting Url
             * @default
             */
            troubleshooting_url: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Version
             * @default
             */
            version: string;
        };
        /** WorkspaceAgentLog */
        WorkspaceAgentLog: {
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Id */
            id: number;
            /** Level */
            level: string;
            /** Output */
            output: string;
            /**
             * Source Id
             * Format: uuid
             */
            source_id: string;
        };
        /** WorkspaceApp */
        WorkspaceApp: {
            /**
             * Command
             * @default
             */
            command: string;
            /** Display Name */
            display_name: string;
            /** External */
            external: boolean;
            /**
             * Group
             * @default
             */
            group: string;
            /**
             * Health
             * @enum {string}
             */
            health: "disabled" | "initializing" | "healthy" | "unhealthy";
            /** Healthcheck */
            healthcheck: {
                [key: string]: unknown;
            };
            /**
             * Hidden
             * @default false
             */
            hidden: boolean;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Open In
             * @default slim-window
             * @enum {string}
             */
            open_in: "slim-window" | "tab";
            /**
             * Sharing Level
             * @enum {string}
             */
            sharing_level: "owner" | "authenticated" | "organization" | "public";
            /** Slug */
            slug: string;
            /**
             * Statuses
             * @default []
             */
            statuses: components["schemas"]["WorkspaceAppStatus"][];
            /** Subdomain */
            subdomain: boolean;
            /**
             * Subdomain Name
             * @default
             */
            subdomain_name: string;
            /**
             * Tooltip
             * @default
             */
            tooltip: string;
            /**
             * Url
             * @default
             */
            url: string;
        };
        /** WorkspaceAppStatus */
        WorkspaceAppStatus: {
            /**
             * Agent Id
             * Format: uuid
             */
            agent_id: string;
            /**
             * App Id
             * Format: uuid
             */
            app_id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Message */
            message: string;
            /**
             * Needs User Attention
             * @default false
             */
            needs_user_attention: boolean;
            /**
             * State
             * @enum {string}
             */
            state: "working" | "idle" | "complete" | "failure";
            /** Uri */
            uri: string;
            /**
             * Workspace Id
             * Format: uuid
             */
            workspace_id: string;
        };
        /** WorkspaceBuild */
        WorkspaceBuild: {
            /** Build Number */
            build_number: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Daily Cost
             * @default 0
             */
            daily_cost: number;
            /** Deadline */
            deadline?: string | null;
            /**
             * Has Ai Task
             * @default false
             */
            has_ai_task: boolean;
            /**
             * Has External Agent
             * @default false
             */
            has_external_agent: boolean;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Initiator Id
             * Format: uuid
             */
            initiator_id: string;
            /** Initiator Name */
            initiator_name: string;
            job: components["schemas"]["ProvisionerJob"];
            /** Matched Provisioners */
            matched_provisioners?: {
                [key: string]: unknown;
            } | null;
            /** Max Deadline */
            max_deadline?: string | null;
            /** Reason */
            reason: string;
            /**
             * Resources
             * @default []
             */
            resources: components["schemas"]["WorkspaceResource"][];
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted";
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Version Name */
            template_version_name: string;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
            /**
             * Transition
             * @enum {string}
             */
            transition: "start" | "stop" | "delete";
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Workspace Id
             * Format: uuid
             */
            workspace_id: string;
            /** Workspace Name */
            workspace_name: string;
            /**
             * Workspace Owner Avatar Url
             * @default
             */
            workspace_owner_avatar_url: string;
            /**
             * Workspace Owner Id
             * Format: uuid
             */
            workspace_owner_id: string;
            /** Workspace Owner Name */
            workspace_owner_name: string;
        };
        /** WorkspaceBuildAnswer */
        WorkspaceBuildAnswer: {
            workspace_build: components["schemas"]["WorkspaceBuild"];
        };
        /** WorkspaceResource */
        WorkspaceResource: {
            /**
             * Agents
             * @default []
             */
            agents: components["schemas"]["WorkspaceAgent"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Daily Cost
             * @default 0
             */
            daily_cost: number;
            /** Hide */
            hide: boolean;
            /** Icon */
            icon: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Job Id
             * Format: uuid
             */
            job_id: string;
            /**
             * Metadata
             * @default []
             */
            metadata: {
                [key: string]: unknown;
            }[];
            /** Name */
            name: string;
            /** Type */
            type: string;
            /**
             * Workspace Transition
             * @enum {string}
             */
            workspace_transition: "start" | "stop" | "delete";
        };
        /** Workspaces */
        Workspaces: {
            /** Count */
            count: number;
            /** Workspaces */
            workspaces: components["schemas"]["Workspace"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    check_api_v2_authcheck_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuthChecks"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: boolean;
                    };
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    build_info_api_v2_buildinfo_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildInfo"];
                };
            };
        };
    };
    ssh_settings_api_v2_deployment_ssh_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
    follow_tasks_api_v2_events_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
        };
    };
    experiments_api_v2_experiments_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string[];
                };
            };
        };
    };
    upload_file_api_v2_files_post: {
        parameters: {
            query?: never;
            header?: {
                "content-type"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was here already */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadResponse"];
                };
            };
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadResponse"];
                };
            };
            /** @description It cannot be used */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description It is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    download_file_api_v2_files__file__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be used */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_organizations_api_v2_organizations_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_organization_api_v2_organizations__organization__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_members_api_v2_organizations__organization__members_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationMember"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_workspace_in_organization_api_v2_organizations__organization__members__user__workspaces_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWorkspace"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_templates_of_organization_api_v2_organizations__organization__templates_get: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_template_api_v2_organizations__organization__templates_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTemplate"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_template_by_name_api_v2_organizations__organization__templates__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_version_by_name_api_v2_organizations__organization__templates__name__versions__version__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
                name: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_version_api_v2_organizations__organization__templateversions_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                organization: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTemplateVersion"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    report_egress_api_v2_sandboxes__sandbox__egress_post: {
        parameters: {
            query?: never;
            header?: {
                authorization?: string;
            };
            path: {
                sandbox: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EgressBatch"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not a running sandbox's */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_tasks_api_v2_tasks_get: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tasks"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_task_api_v2_tasks__user__post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTask"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_task_api_v2_tasks__user___task__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    delete_task_api_v2_tasks__user___task__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_artifacts_api_v2_tasks__user___task__artifacts_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Artifacts"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_artifact_api_v2_tasks__user___task__artifacts__artifact__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                artifact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactDetail"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_artifact_content_api_v2_tasks__user___task__artifacts__artifact__content_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                artifact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    cancel_turn_api_v2_tasks__user___task__cancel_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    set_control_api_v2_tasks__user___task__control_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetControl"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ControlState"];
                };
            };
            /** @description Accepted; it takes a while */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ControlState"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_task_detail_api_v2_tasks__user___task__detail_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskDetail"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    follow_task_api_v2_tasks__user___task__events_get: {
        parameters: {
            query?: {
                after?: number | null;
                before?: number | null;
                tail?: number | null;
                limit?: number;
            };
            header?: {
                accept?: string;
                "last-event-id"?: string;
            };
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    page_of_events_api_v2_tasks__user___task__events_page_get: {
        parameters: {
            query?: {
                before?: number | null;
                after?: number | null;
                limit?: number;
            };
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredEvent"][];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    update_task_input_api_v2_tasks__user___task__input_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_task_logs_api_v2_tasks__user___task__logs_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskLogs"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_messages_api_v2_tasks__user___task__messages_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Messages"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_message_api_v2_tasks__user___task__messages_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMessage"];
            };
        };
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    remove_message_api_v2_tasks__user___task__messages__message__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    update_message_api_v2_tasks__user___task__messages__message__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMessage"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_options_api_v2_tasks__user___task__options_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskOptions"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    set_option_api_v2_tasks__user___task__options__option__put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                option: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetOption"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskOptions"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    pause_task_api_v2_tasks__user___task__pause_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuildAnswer"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    set_permission_policy_api_v2_tasks__user___task__permission_policy_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPermissionPolicy"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPermissionPolicy"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_permissions_api_v2_tasks__user___task__permissions_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Permissions"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    answer_permission_api_v2_tasks__user___task__permissions__permission__post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
                permission: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnswerPermission"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Permission"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    resume_task_api_v2_tasks__user___task__resume_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuildAnswer"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    send_task_input_api_v2_tasks__user___task__send_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskInput"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    list_templates_api_v2_templates_get: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_template_api_v2_templates__template__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    delete_template_api_v2_templates__template__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    update_template_api_v2_templates__template__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTemplate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Template"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_versions_api_v2_templates__template__versions_get: {
        parameters: {
            query?: {
                include_archived?: boolean;
                after_id?: string | null;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    promote_version_api_v2_templates__template__versions_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PromoteVersion"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_version_of_template_api_v2_templates__template__versions__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                template: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_version_api_v2_templateversions__version__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    update_version_api_v2_templateversions__version__patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTemplateVersion"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersion"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    archive_version_api_v2_templateversions__version__archive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    cancel_version_api_v2_templateversions__version__cancel_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_external_auth_api_v2_templateversions__version__external_auth_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    }[];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_logs_api_v2_templateversions__version__logs_get: {
        parameters: {
            query?: {
                /** @description Only lines with a greater id */
                after?: number;
                /** @description Only lines with a smaller id */
                before?: number | null;
            };
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvisionerJobLog"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_presets_api_v2_templateversions__version__presets_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_resources_api_v2_templateversions__version__resources_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceResource"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_rich_parameters_api_v2_templateversions__version__rich_parameters_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RichParameter"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    unarchive_version_api_v2_templateversions__version__unarchive_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_variables_api_v2_templateversions__version__variables_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TemplateVersionVariable"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_users_api_v2_users_get: {
        parameters: {
            query?: {
                q?: string;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Users"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_user_api_v2_users_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The name or email is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    auth_methods_api_v2_users_authmethods_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            [key: string]: boolean;
                        };
                    };
                };
            };
        };
    };
    is_set_up_api_v2_users_first_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description Not yet: set up */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_first_user_api_v2_users_first_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateFirstUser"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FirstUser"];
                };
            };
            /** @description The link is not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description There are users already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    log_in_api_v2_users_login_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Wrong email or password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The account is suspended */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
            /** @description Too many failed attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    log_out_api_v2_users_logout_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
        };
    };
    list_roles_api_v2_users_roles_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"][];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    get_user_api_v2_users__user__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    delete_user_api_v2_users__user__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_key_api_v2_users__user__keys_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_tokens_api_v2_users__user__keys_tokens_get: {
        parameters: {
            query?: {
                include_all?: boolean;
                include_expired?: boolean;
            };
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"][];
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_token_api_v2_users__user__keys_tokens_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateToken"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description The name is taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    token_config_api_v2_users__user__keys_tokens_tokenconfig_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: number;
                    };
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_token_by_name_api_v2_users__user__keys_tokens__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_token_api_v2_users__user__keys__token_id__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    revoke_token_api_v2_users__user__keys__token_id__delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not one of theirs */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    organizations_of_user_api_v2_users__user__organizations_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    organization_of_user_api_v2_users__user__organizations__organization__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                organization: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    change_password_api_v2_users__user__password_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    change_profile_api_v2_users__user__profile_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeProfile"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_roles_api_v2_users__user__roles_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserRoles"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    change_roles_api_v2_users__user__roles_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeRoles"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    activate_api_v2_users__user__status_activate_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    suspend_api_v2_users__user__status_suspend_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description No such user for you */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_workspace_by_name_api_v2_users__user__workspace__name__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_build_by_number_api_v2_users__user__workspace__name__builds__number__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
                name: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuild"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_workspace_api_v2_users__user__workspaces_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWorkspace"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    update_app_status_api_v2_workspaceagents_me_app_status_patch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AppStatusUpdate"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_external_auth_api_v2_workspaceagents_me_external_auth_get: {
        parameters: {
            query?: {
                id?: string;
                match?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_git_ssh_key_api_v2_workspaceagents_me_gitsshkey_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
        };
    };
    create_log_source_api_v2_workspaceagents_me_log_source_post: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewLogSource"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: string;
                    };
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    add_logs_api_v2_workspaceagents_me_logs_patch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentLogs"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    save_log_snapshot_api_v2_workspaceagents_me_tasks__task__log_snapshot_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_agent_api_v2_workspaceagents__agent__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceAgent"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_logs_api_v2_workspaceagents__agent__logs_get: {
        parameters: {
            query?: {
                /** @description Only lines with a greater id */
                after?: number;
                /** @description Only lines with a smaller id */
                before?: number | null;
            };
            header?: never;
            path: {
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceAgentLog"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_metadata_api_v2_workspaceagents__agent__metadata_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentMetadata"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    watch_metadata_api_v2_workspaceagents__agent__watch_metadata_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_build_api_v2_workspacebuilds__build__get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuild"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    cancel_build_api_v2_workspacebuilds__build__cancel_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_logs_api_v2_workspacebuilds__build__logs_get: {
        parameters: {
            query?: {
                /** @description Only lines with a greater id */
                after?: number;
                /** @description Only lines with a smaller id */
                before?: number | null;
            };
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProvisionerJobLog"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_parameters_api_v2_workspacebuilds__build__parameters_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildParameter"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_resources_api_v2_workspacebuilds__build__resources_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceResource"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_state_api_v2_workspacebuilds__build__state_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_timings_api_v2_workspacebuilds__build__timings_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_workspaces_api_v2_workspaces_get: {
        parameters: {
            query?: {
                q?: string;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspaces"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_workspace_api_v2_workspaces__workspace__get: {
        parameters: {
            query?: {
                include_deleted?: boolean;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workspace"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_builds_api_v2_workspaces__workspace__builds_get: {
        parameters: {
            query?: {
                limit?: number;
                offset?: number;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuild"][];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    create_build_api_v2_workspaces__workspace__builds_post: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBuild"];
            };
        };
        responses: {
            /** @description Successful Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceBuild"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description A build is active */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    list_egress_api_v2_workspaces__workspace__egress_get: {
        parameters: {
            query?: {
                verdict?: string;
                limit?: number;
                offset?: number;
            };
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EgressDecisions"];
                };
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    watch_workspace_api_v2_workspaces__workspace__watch_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workspace: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not one you may see */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErrorBody"];
                };
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    get_runner_bin_taskyard_runner_pyz_get: {
        parameters: {
            query?: never;
            header?: {
                "if-none-match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description You have this one already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Validation Error */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HTTPValidationError"];
                };
            };
        };
    };
    healthz_healthz_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
    latency_check_latency_check_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
        };
    };
}
