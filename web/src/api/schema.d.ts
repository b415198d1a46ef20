// Made by `npm run generate`; do not edit.

export interface paths {
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
    "/api/v2/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get/Tasks */
        get: operations["GET_tasks_api_v2_tasks_get"];
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
        /** Post/Tasks/{User} */
        post: operations["POST_tasks__user__api_v2_tasks__user__post"];
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
        /** Get/Tasks/{User}/{Task} */
        get: operations["GET_tasks__user___task__api_v2_tasks__user___task__get"];
        put?: never;
        post?: never;
        /** Delete/Tasks/{User}/{Task} */
        delete: operations["DELETE_tasks__user___task__api_v2_tasks__user___task__delete"];
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
        /** Get/Tasks/{User}/{Task}/Detail */
        get: operations["GET_tasks__user___task__detail_api_v2_tasks__user___task__detail_get"];
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
        /** Patch/Tasks/{User}/{Task}/Input */
        patch: operations["PATCH_tasks__user___task__input_api_v2_tasks__user___task__input_patch"];
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
        /** Post/Tasks/{User}/{Task}/Pause */
        post: operations["POST_tasks__user___task__pause_api_v2_tasks__user___task__pause_post"];
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
        /** Post/Tasks/{User}/{Task}/Resume */
        post: operations["POST_tasks__user___task__resume_api_v2_tasks__user___task__resume_post"];
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
        /** Post/Tasks/{User}/{Task}/Cancel */
        post: operations["POST_tasks__user___task__cancel_api_v2_tasks__user___task__cancel_post"];
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
        /** Get/Tasks/{User}/{Task}/Events/Page */
        get: operations["GET_tasks__user___task__events_page_api_v2_tasks__user___task__events_page_get"];
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
        /** Get/Tasks/{User}/{Task}/Messages */
        get: operations["GET_tasks__user___task__messages_api_v2_tasks__user___task__messages_get"];
        put?: never;
        /** Post/Tasks/{User}/{Task}/Messages */
        post: operations["POST_tasks__user___task__messages_api_v2_tasks__user___task__messages_post"];
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
        /** Delete/Tasks/{User}/{Task}/Messages/{Message} */
        delete: operations["DELETE_tasks__user___task__messages__message__api_v2_tasks__user___task__messages__message__delete"];
        options?: never;
        head?: never;
        /** Patch/Tasks/{User}/{Task}/Messages/{Message} */
        patch: operations["PATCH_tasks__user___task__messages__message__api_v2_tasks__user___task__messages__message__patch"];
        trace?: never;
    };
    "/api/v2/tasks/{user}/{task}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get/Tasks/{User}/{Task}/Permissions */
        get: operations["GET_tasks__user___task__permissions_api_v2_tasks__user___task__permissions_get"];
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
        /** Post/Tasks/{User}/{Task}/Permissions/{Permission} */
        post: operations["POST_tasks__user___task__permissions__permission__api_v2_tasks__user___task__permissions__permission__post"];
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
        /** Get/Templates */
        get: operations["GET_templates_api_v2_templates_get"];
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
        /** Get/Templateversions/{Version}/Presets */
        get: operations["GET_templateversions__version__presets_api_v2_templateversions__version__presets_get"];
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
        /** Get/Workspaces/{Workspace} */
        get: operations["GET_workspaces__workspace__api_v2_workspaces__workspace__get"];
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
        /** Get/Workspacebuilds/{Build} */
        get: operations["GET_workspacebuilds__build__api_v2_workspacebuilds__build__get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v2/workspacebuilds/{build}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get/Workspacebuilds/{Build}/Logs */
        get: operations["GET_workspacebuilds__build__logs_api_v2_workspacebuilds__build__logs_get"];
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
        /**
         * AgentMetadata
         * @description The last value of a metadata item; in memory of the server only.
         */
        AgentMetadata: {
            /** Key */
            key: string;
            /** Display Name */
            display_name: string;
            /** Value */
            value: string;
            /** Error */
            error: string;
            /** Collected At */
            collected_at: string | null;
            /** Interval */
            interval: number;
        };
        /**
         * AnswerPermission
         * @description By option, or by kind (`allow_once`, `allow_always`, `reject_once`, `reject_always`).
         */
        AnswerPermission: {
            /**
             * Option Id
             * @default
             */
            option_id: string;
            /**
             * Kind
             * @default
             */
            kind: string;
        };
        /** AuthCheck */
        AuthCheck: {
            object: components["schemas"]["AuthCheckObject"];
            /** Action */
            action: string;
        };
        /**
         * AuthCheckObject
         * @description What a check is about; an empty `owner_id` means anybody's.
         */
        AuthCheckObject: {
            /** Resource Type */
            resource_type: string;
            /**
             * Owner Id
             * @default
             */
            owner_id: string;
            /**
             * Organization Id
             * @default
             */
            organization_id: string;
            /**
             * Resource Id
             * @default
             */
            resource_id: string;
            /**
             * Any Org
             * @default false
             */
            any_org: boolean;
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
            /** Version */
            version: string;
            /** External Url */
            external_url: string;
            /** Dashboard Url */
            dashboard_url: string;
            /** Deployment Id */
            deployment_id: string;
            /** Taskyard Version */
            taskyard_version: string;
            /**
             * Telemetry
             * @default false
             */
            telemetry: boolean;
            /**
             * Workspace Proxy
             * @default false
             */
            workspace_proxy: boolean;
            /**
             * Agent Api Version
             * @default 2.0
             */
            agent_api_version: string;
            /**
             * Provisioner Api Version
             * @default 1.0
             */
            provisioner_api_version: string;
            /**
             * Upgrade Message
             * @default
             */
            upgrade_message: string;
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
            /** Username */
            username: string;
            /**
             * Name
             * @default
             */
            name: string;
        };
        /** ChangeRoles */
        ChangeRoles: {
            /** Roles */
            roles: ("owner" | "template-admin" | "auditor" | "member")[];
        };
        /**
         * CreateFirstUser
         * @description `setup_token` comes from the one-time link that the server prints.
         */
        CreateFirstUser: {
            /** Setup Token */
            setup_token: string;
            /** Username */
            username: string;
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
        };
        /** CreateMessage */
        CreateMessage: {
            /** Input */
            input: string;
            /**
             * Delivery
             * @default queue
             * @enum {string}
             */
            delivery: "queue" | "now" | "steer";
            /**
             * Resume
             * @default false
             */
            resume: boolean;
        };
        /** CreateTask */
        CreateTask: {
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
            /** Input */
            input: string;
            /**
             * Name
             * @default
             */
            name: string;
            /**
             * Display Name
             * @default
             */
            display_name: string;
        };
        /** CreateToken */
        CreateToken: {
            /**
             * Token Name
             * @default
             */
            token_name: string;
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
        };
        /** CreateUser */
        CreateUser: {
            /** Username */
            username: string;
            /** Email */
            email: string;
            /**
             * Name
             * @default
             */
            name: string;
            /** Password */
            password?: string | null;
            /**
             * Login Type
             * @default password
             * @enum {string}
             */
            login_type: "password" | "none";
            /**
             * User Status
             * @default active
             * @enum {string}
             */
            user_status: "active" | "dormant";
            /**
             * Roles
             * @default []
             */
            roles: ("owner" | "template-admin" | "auditor" | "member")[];
            /**
             * Organization Ids
             * @default []
             */
            organization_ids: string[];
            /** Github Com User Id */
            github_com_user_id?: number | null;
        };
        /** CreatedToken */
        CreatedToken: {
            /** Key */
            key: string;
        };
        /** CurrentState */
        CurrentState: {
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * State
             * @enum {string}
             */
            state: "working" | "idle" | "complete" | "failed";
            /** Message */
            message: string;
            /** Uri */
            uri: string;
        };
        /**
         * ErrorBody
         * @description The body of every answer that is not 2xx.
         *
         *     `code` is stable and ours; `message` and `validations` have the words that
         *     Coder-compatible clients show.
         */
        ErrorBody: {
            /** Message */
            message: string;
            /**
             * Detail
             * @default
             */
            detail: string;
            /**
             * Validations
             * @default []
             */
            validations: components["schemas"]["FieldError"][];
            /**
             * Code
             * @default
             */
            code: string;
        };
        /** FieldError */
        FieldError: {
            /** Field */
            field: string;
            /** Detail */
            detail: string;
        };
        /** FirstUser */
        FirstUser: {
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
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
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Task Id
             * Format: uuid
             */
            task_id: string;
            /** Author Id */
            author_id: string | null;
            /** Author Name */
            author_name: string;
            /** Input */
            input: string;
            /**
             * State
             * @enum {string}
             */
            state: "queued" | "sending" | "delivered" | "failed" | "removed";
            /**
             * Kind
             * @enum {string}
             */
            kind: "initial" | "follow_up";
            /** Position */
            position: number;
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
        };
        /** Messages */
        Messages: {
            /** Messages */
            messages: components["schemas"]["Message"][];
        };
        /** Organization */
        Organization: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Name */
            name: string;
            /** Display Name */
            display_name: string;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Is Default */
            is_default: boolean;
        };
        /** OrganizationMember */
        OrganizationMember: {
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Username */
            username: string;
            /**
             * Name
             * @default
             */
            name: string;
            /** Email */
            email: string;
            /**
             * Avatar Url
             * @default
             */
            avatar_url: string;
            /**
             * Roles
             * @default []
             */
            roles: components["schemas"]["Role"][];
            /** Global Roles */
            global_roles: components["schemas"]["Role"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /** Permission */
        Permission: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Session Id
             * Format: uuid
             */
            session_id: string;
            /** Request Id */
            request_id: string;
            /** Title */
            title: string;
            /** Tool */
            tool: {
                [key: string]: unknown;
            };
            /** Options */
            options: {
                [key: string]: unknown;
            }[];
            /**
             * State
             * @enum {string}
             */
            state: "pending" | "answered" | "cancelled" | "timed_out";
            /**
             * Option Id
             * @default
             */
            option_id: string;
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
            /** Answered At */
            answered_at: string | null;
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
            /**
             * Id
             * Format: uuid
             */
            ID: string;
            /** Name */
            Name: string;
            /** Parameters */
            Parameters: components["schemas"]["PresetParameter"][];
            /** Default */
            Default: boolean;
            /** Desiredprebuildinstances */
            DesiredPrebuildInstances: number | null;
            /** Description */
            Description: string;
            /** Icon */
            Icon: string;
        };
        /** PresetParameter */
        PresetParameter: {
            /** Name */
            Name: string;
            /** Value */
            Value: string;
        };
        /** ProvisionerJob */
        ProvisionerJob: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Started At */
            started_at?: string | null;
            /** Completed At */
            completed_at?: string | null;
            /** Canceled At */
            canceled_at?: string | null;
            /** Error */
            error?: string | null;
            /** Error Code */
            error_code?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "running" | "succeeded" | "failed" | "canceling" | "canceled";
            /** Worker Id */
            worker_id?: string | null;
            /**
             * Worker Name
             * @default
             */
            worker_name: string;
            /**
             * File Id
             * Format: uuid
             */
            file_id: string;
            /**
             * Tags
             * @default {}
             */
            tags: {
                [key: string]: string;
            };
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
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
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
             * Type
             * @enum {string}
             */
            type: "workspace_build" | "template_version_import" | "template_version_dry_run";
            /**
             * Metadata
             * @default {}
             */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Logs Overflowed
             * @default false
             */
            logs_overflowed: boolean;
        };
        /** ProvisionerJobLog */
        ProvisionerJobLog: {
            /** Id */
            id: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Log Source
             * @enum {string}
             */
            log_source: "provisioner" | "provisioner_daemon";
            /**
             * Log Level
             * @enum {string}
             */
            log_level: "trace" | "debug" | "info" | "warn" | "error";
            /** Stage */
            stage: string;
            /** Output */
            output: string;
        };
        /** Role */
        Role: {
            /** Name */
            name: string;
            /** Display Name */
            display_name: string;
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
        /**
         * StatusFact
         * @description A status with where it is known from and since when.
         */
        StatusFact: {
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "starting" | "working" | "idle" | "needs_input" | "needs_login" | "limited" | "no_signal" | "pausing" | "paused" | "deleting" | "failed" | "crashed";
            /** Source */
            source: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Heard At */
            heard_at?: string | null;
            /**
             * Detail
             * @default
             */
            detail: string;
            /**
             * Action
             * @default
             * @enum {string}
             */
            action: "" | "answer" | "login" | "resume" | "restart" | "wait" | "view_logs";
        };
        /**
         * StoredEvent
         * @description A session event as the server keeps it; see `protocol.sessions`.
         */
        StoredEvent: {
            /** Seq */
            seq: number;
            /**
             * Session Id
             * Format: uuid
             */
            session_id: string;
            /** Kind */
            kind: string;
            /** Key */
            key: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Data */
            data: {
                [key: string]: unknown;
            };
        };
        /** Task */
        Task: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /** Name */
            name: string;
            /** Display Name */
            display_name: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Name */
            template_name: string;
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /** Workspace Id */
            workspace_id: string | null;
            /** Workspace Name */
            workspace_name: string;
            /** Workspace Status */
            workspace_status?: ("pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted") | null;
            /** Workspace Build Number */
            workspace_build_number?: number | null;
            /** Workspace Agent Id */
            workspace_agent_id: string | null;
            /** Workspace Agent Lifecycle */
            workspace_agent_lifecycle: string | null;
            workspace_agent_health: components["schemas"]["AgentHealth"] | null;
            /** Workspace App Id */
            workspace_app_id: string | null;
            /** Initial Prompt */
            initial_prompt: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "initializing" | "active" | "paused" | "unknown" | "error";
            current_state: components["schemas"]["CurrentState"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
        };
        /**
         * TaskDetail
         * @description A task with its work status and what waits in it.
         */
        TaskDetail: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /** Name */
            name: string;
            /** Display Name */
            display_name: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Name */
            template_name: string;
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /** Workspace Id */
            workspace_id: string | null;
            /** Workspace Name */
            workspace_name: string;
            /** Workspace Status */
            workspace_status?: ("pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted") | null;
            /** Workspace Build Number */
            workspace_build_number?: number | null;
            /** Workspace Agent Id */
            workspace_agent_id: string | null;
            /** Workspace Agent Lifecycle */
            workspace_agent_lifecycle: string | null;
            workspace_agent_health: components["schemas"]["AgentHealth"] | null;
            /** Workspace App Id */
            workspace_app_id: string | null;
            /** Initial Prompt */
            initial_prompt: string;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "initializing" | "active" | "paused" | "unknown" | "error";
            current_state: components["schemas"]["CurrentState"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            work: components["schemas"]["StatusFact"];
            /** Session Id */
            session_id: string | null;
            /**
             * Session Title
             * @default
             */
            session_title: string;
            /** Usage */
            usage?: {
                [key: string]: unknown;
            } | null;
            /**
             * Queued Messages
             * @default 0
             */
            queued_messages: number;
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
             * Demo Model
             * @default false
             */
            demo_model: boolean;
            /**
             * Isolation
             * @default
             */
            isolation: string;
        };
        /** TaskInput */
        TaskInput: {
            /** Input */
            input: string;
        };
        /** Tasks */
        Tasks: {
            /** Tasks */
            tasks: components["schemas"]["Task"][];
            /** Count */
            count: number;
        };
        /** Template */
        Template: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Organization Name */
            organization_name: string;
            /** Organization Display Name */
            organization_display_name: string;
            /**
             * Organization Icon
             * @default
             */
            organization_icon: string;
            /** Name */
            name: string;
            /** Display Name */
            display_name: string;
            /**
             * Provisioner
             * @default terraform
             * @constant
             */
            provisioner: "terraform";
            /**
             * Active Version Id
             * Format: uuid
             */
            active_version_id: string;
            /**
             * Active User Count
             * @default 0
             */
            active_user_count: number;
            /**
             * Build Time Stats
             * @default {}
             */
            build_time_stats: {
                [key: string]: components["schemas"]["BuildTimeStats"];
            };
            /** Description */
            description: string;
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
            /**
             * Disable Module Cache
             * @default false
             */
            disable_module_cache: boolean;
            /** Icon */
            icon: string;
            /**
             * Default Ttl Ms
             * @default 0
             */
            default_ttl_ms: number;
            /**
             * Activity Bump Ms
             * @default 0
             */
            activity_bump_ms: number;
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
             * Autostart Requirement
             * @default {
             *       "days_of_week": []
             *     }
             */
            autostart_requirement: {
                [key: string]: unknown;
            };
            /**
             * Created By Id
             * Format: uuid
             */
            created_by_id: string;
            /** Created By Name */
            created_by_name: string;
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
             * Failure Ttl Ms
             * @default 0
             */
            failure_ttl_ms: number;
            /**
             * Time Til Dormant Ms
             * @default 0
             */
            time_til_dormant_ms: number;
            /**
             * Time Til Dormant Autodelete Ms
             * @default 0
             */
            time_til_dormant_autodelete_ms: number;
            /**
             * Require Active Version
             * @default false
             */
            require_active_version: boolean;
            /**
             * Max Port Share Level
             * @default public
             */
            max_port_share_level: string;
            /**
             * Cors Behavior
             * @default simple
             * @enum {string}
             */
            cors_behavior: "simple" | "passthru";
            /**
             * Use Classic Parameter Flow
             * @default false
             */
            use_classic_parameter_flow: boolean;
            /**
             * Has Ai Task
             * @default false
             */
            has_ai_task: boolean;
            /**
             * Not Task Reason
             * @default
             */
            not_task_reason: string;
            /**
             * Permission Policy
             * @default allow_edits
             * @enum {string}
             */
            permission_policy: "allow_edits" | "ask" | "allow_all";
        };
        /** Token */
        Token: {
            /** Id */
            id: string;
            /**
             * User Id
             * Format: uuid
             */
            user_id: string;
            /** Token Name */
            token_name: string;
            /** Scope */
            scope: string;
            /** Login Type */
            login_type: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Last Used
             * Format: date-time
             */
            last_used: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Lifetime Seconds */
            lifetime_seconds: number;
            /**
             * Username
             * @default
             */
            username: string;
        };
        /** User */
        User: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Username */
            username: string;
            /**
             * Name
             * @default
             */
            name: string;
            /** Email */
            email: string;
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
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /**
             * Status
             * @enum {string}
             */
            status: "active" | "dormant" | "suspended";
            /**
             * Login Type
             * @enum {string}
             */
            login_type: "password" | "token" | "none";
            /** Organization Ids */
            organization_ids: string[];
            /** Roles */
            roles: components["schemas"]["Role"][];
            /**
             * Theme Preference
             * @default
             */
            theme_preference: string;
            /** Github Com User Id */
            github_com_user_id?: number | null;
        };
        /** UserRoles */
        UserRoles: {
            /** Roles */
            roles: string[];
            /**
             * Organization Roles
             * @default {}
             */
            organization_roles: {
                [key: string]: string[];
            };
        };
        /** Users */
        Users: {
            /** Users */
            users: components["schemas"]["User"][];
            /** Count */
            count: number;
        };
        /** ValidationError */
        ValidationError: {
            /** Location */
            loc: (string | number)[];
            /** Message */
            msg: string;
            /** Error Type */
            type: string;
            /** Input */
            input?: unknown;
            /** Context */
            ctx?: Record<string, never>;
        };
        /** Workspace */
        Workspace: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Owner Id
             * Format: uuid
             */
            owner_id: string;
            /** Owner Name */
            owner_name: string;
            /**
             * Owner Avatar Url
             * @default
             */
            owner_avatar_url: string;
            /**
             * Organization Id
             * Format: uuid
             */
            organization_id: string;
            /** Organization Name */
            organization_name: string;
            /**
             * Template Id
             * Format: uuid
             */
            template_id: string;
            /** Template Name */
            template_name: string;
            /** Template Display Name */
            template_display_name: string;
            /** Template Icon */
            template_icon: string;
            /**
             * Template Allow User Cancel Workspace Jobs
             * @default true
             */
            template_allow_user_cancel_workspace_jobs: boolean;
            /**
             * Template Active Version Id
             * Format: uuid
             */
            template_active_version_id: string;
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
            latest_build: components["schemas"]["WorkspaceBuild"];
            latest_app_status: components["schemas"]["WorkspaceAppStatus"] | null;
            /** Outdated */
            outdated: boolean;
            /** Name */
            name: string;
            /** Autostart Schedule */
            autostart_schedule?: string | null;
            /** Ttl Ms */
            ttl_ms?: number | null;
            /**
             * Last Used At
             * Format: date-time
             */
            last_used_at: string;
            /** Deleting At */
            deleting_at?: string | null;
            /** Dormant At */
            dormant_at?: string | null;
            /** Health */
            health: {
                [key: string]: unknown;
            };
            /**
             * Automatic Updates
             * @default never
             */
            automatic_updates: string;
            /**
             * Allow Renames
             * @default false
             */
            allow_renames: boolean;
            /**
             * Favorite
             * @default false
             */
            favorite: boolean;
            /** Next Start At */
            next_start_at?: string | null;
            /**
             * Is Prebuild
             * @default false
             */
            is_prebuild: boolean;
            /** Task Id */
            task_id?: string | null;
        };
        /** WorkspaceAgent */
        WorkspaceAgent: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Parent Id */
            parent_id?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** First Connected At */
            first_connected_at?: string | null;
            /** Last Connected At */
            last_connected_at?: string | null;
            /** Disconnected At */
            disconnected_at?: string | null;
            /** Started At */
            started_at?: string | null;
            /** Ready At */
            ready_at?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "connecting" | "connected" | "disconnected" | "timeout";
            /** Lifecycle State */
            lifecycle_state: string;
            /** Name */
            name: string;
            /**
             * Resource Id
             * Format: uuid
             */
            resource_id: string;
            /** Architecture */
            architecture: string;
            /** Operating System */
            operating_system: string;
            /**
             * Environment Variables
             * @default {}
             */
            environment_variables: {
                [key: string]: string;
            };
            /**
             * Directory
             * @default
             */
            directory: string;
            /**
             * Expanded Directory
             * @default
             */
            expanded_directory: string;
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
             * Version
             * @default
             */
            version: string;
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
            /**
             * Connection Timeout Seconds
             * @default 120
             */
            connection_timeout_seconds: number;
            /**
             * Troubleshooting Url
             * @default
             */
            troubleshooting_url: string;
            /**
             * Subsystems
             * @default []
             */
            subsystems: string[];
            /** Health */
            health: {
                [key: string]: unknown;
            };
            /**
             * Display Apps
             * @default []
             */
            display_apps: string[];
            /**
             * Log Sources
             * @default []
             */
            log_sources: {
                [key: string]: unknown;
            }[];
            /**
             * Scripts
             * @default []
             */
            scripts: {
                [key: string]: unknown;
            }[];
            /**
             * Startup Script Behavior
             * @default non-blocking
             * @enum {string}
             */
            startup_script_behavior: "blocking" | "non-blocking";
            /**
             * Metadata
             * @default []
             */
            metadata: components["schemas"]["AgentMetadata"][];
        };
        /** WorkspaceApp */
        WorkspaceApp: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Url
             * @default
             */
            url: string;
            /** External */
            external: boolean;
            /** Slug */
            slug: string;
            /** Display Name */
            display_name: string;
            /**
             * Command
             * @default
             */
            command: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /** Subdomain */
            subdomain: boolean;
            /**
             * Subdomain Name
             * @default
             */
            subdomain_name: string;
            /**
             * Sharing Level
             * @enum {string}
             */
            sharing_level: "owner" | "authenticated" | "organization" | "public";
            /** Healthcheck */
            healthcheck: {
                [key: string]: unknown;
            };
            /**
             * Health
             * @enum {string}
             */
            health: "disabled" | "initializing" | "healthy" | "unhealthy";
            /**
             * Group
             * @default
             */
            group: string;
            /**
             * Hidden
             * @default false
             */
            hidden: boolean;
            /**
             * Open In
             * @default slim-window
             * @enum {string}
             */
            open_in: "slim-window" | "tab";
            /**
             * Tooltip
             * @default
             */
            tooltip: string;
            /**
             * Statuses
             * @default []
             */
            statuses: components["schemas"]["WorkspaceAppStatus"][];
        };
        /** WorkspaceAppStatus */
        WorkspaceAppStatus: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Workspace Id
             * Format: uuid
             */
            workspace_id: string;
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
             * State
             * @enum {string}
             */
            state: "working" | "idle" | "complete" | "failure";
            /** Message */
            message: string;
            /** Uri */
            uri: string;
            /**
             * Icon
             * @default
             */
            icon: string;
            /**
             * Needs User Attention
             * @default false
             */
            needs_user_attention: boolean;
        };
        /** WorkspaceBuild */
        WorkspaceBuild: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
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
             * Workspace Owner Id
             * Format: uuid
             */
            workspace_owner_id: string;
            /** Workspace Owner Name */
            workspace_owner_name: string;
            /**
             * Workspace Owner Avatar Url
             * @default
             */
            workspace_owner_avatar_url: string;
            /**
             * Template Version Id
             * Format: uuid
             */
            template_version_id: string;
            /** Template Version Name */
            template_version_name: string;
            /** Build Number */
            build_number: number;
            /**
             * Transition
             * @enum {string}
             */
            transition: "start" | "stop" | "delete";
            /**
             * Initiator Id
             * Format: uuid
             */
            initiator_id: string;
            /** Initiator Name */
            initiator_name: string;
            job: components["schemas"]["ProvisionerJob"];
            /** Reason */
            reason: string;
            /**
             * Resources
             * @default []
             */
            resources: components["schemas"]["WorkspaceResource"][];
            /** Deadline */
            deadline?: string | null;
            /** Max Deadline */
            max_deadline?: string | null;
            /**
             * Status
             * @enum {string}
             */
            status: "pending" | "starting" | "running" | "stopping" | "stopped" | "failed" | "canceling" | "canceled" | "deleting" | "deleted";
            /**
             * Daily Cost
             * @default 0
             */
            daily_cost: number;
            /** Template Version Preset Id */
            template_version_preset_id?: string | null;
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
            /** Matched Provisioners */
            matched_provisioners?: {
                [key: string]: unknown;
            } | null;
        };
        /** WorkspaceBuildAnswer */
        WorkspaceBuildAnswer: {
            workspace_build: components["schemas"]["WorkspaceBuild"];
        };
        /** WorkspaceResource */
        WorkspaceResource: {
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Job Id
             * Format: uuid
             */
            job_id: string;
            /**
             * Workspace Transition
             * @enum {string}
             */
            workspace_transition: "start" | "stop" | "delete";
            /** Type */
            type: string;
            /** Name */
            name: string;
            /** Hide */
            hide: boolean;
            /** Icon */
            icon: string;
            /**
             * Agents
             * @default []
             */
            agents: components["schemas"]["WorkspaceAgent"][];
            /**
             * Metadata
             * @default []
             */
            metadata: {
                [key: string]: unknown;
            }[];
            /**
             * Daily Cost
             * @default 0
             */
            daily_cost: number;
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
    GET_tasks_api_v2_tasks_get: {
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
    POST_tasks__user__api_v2_tasks__user__post: {
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
    GET_tasks__user___task__api_v2_tasks__user___task__get: {
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
    DELETE_tasks__user___task__api_v2_tasks__user___task__delete: {
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
    GET_tasks__user___task__detail_api_v2_tasks__user___task__detail_get: {
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
    PATCH_tasks__user___task__input_api_v2_tasks__user___task__input_patch: {
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
    POST_tasks__user___task__pause_api_v2_tasks__user___task__pause_post: {
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
    POST_tasks__user___task__resume_api_v2_tasks__user___task__resume_post: {
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
    POST_tasks__user___task__cancel_api_v2_tasks__user___task__cancel_post: {
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
            204: {
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
    GET_tasks__user___task__events_page_api_v2_tasks__user___task__events_page_get: {
        parameters: {
            query?: {
                before?: number;
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
    GET_tasks__user___task__messages_api_v2_tasks__user___task__messages_get: {
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
    POST_tasks__user___task__messages_api_v2_tasks__user___task__messages_post: {
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
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
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
    DELETE_tasks__user___task__messages__message__api_v2_tasks__user___task__messages__message__delete: {
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
    PATCH_tasks__user___task__messages__message__api_v2_tasks__user___task__messages__message__patch: {
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
                "application/json": components["schemas"]["TaskInput"];
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
    GET_tasks__user___task__permissions_api_v2_tasks__user___task__permissions_get: {
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
    POST_tasks__user___task__permissions__permission__api_v2_tasks__user___task__permissions__permission__post: {
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
    GET_templates_api_v2_templates_get: {
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
    GET_templateversions__version__presets_api_v2_templateversions__version__presets_get: {
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
    GET_workspaces__workspace__api_v2_workspaces__workspace__get: {
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
                content: {
                    "application/json": components["schemas"]["Workspace"];
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
    GET_workspacebuilds__build__api_v2_workspacebuilds__build__get: {
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
    GET_workspacebuilds__build__logs_api_v2_workspacebuilds__build__logs_get: {
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
                    "application/json": components["schemas"]["ProvisionerJobLog"][];
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
}
