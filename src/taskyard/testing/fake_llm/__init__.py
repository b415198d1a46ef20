"""A scripted model server that drives real coding agents in tests, without a network.

Speaks Anthropic Messages, OpenAI Chat Completions, OpenAI Responses and Gemini
generateContent, each streaming and not. What to answer is derived from the transcript
that the agent sends, so retries, resumed sessions, side requests (titles, classifiers)
and several agents at once cannot desynchronise it.

    python -m taskyard.testing.fake_llm --port 4010 [--scenario s.json]
    ANTHROPIC_BASE_URL=http://127.0.0.1:4010
    OPENAI_BASE_URL=http://127.0.0.1:4010/v1
    GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:4010

Prefix any base URL with `/s/KEY` to give one agent its own scenario: `PUT
/__scenario/KEY`. `GET /__requests[?key=KEY]` lists what was asked and answered, `DELETE`
clears it. In a test, serve `FakeLlm().app` (module `app`).
"""
