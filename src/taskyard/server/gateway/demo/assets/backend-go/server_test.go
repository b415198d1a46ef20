package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func board(t *testing.T) (*httptest.Server, string) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "notes.json")
	store, err := OpenStore(data)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newHandler(store, t.TempDir()))
	t.Cleanup(server.Close)
	return server, data
}

func call(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(text))
}

func expect(t *testing.T, status int, text string, wantStatus int, want string) {
	t.Helper()
	if status != wantStatus || text != want {
		t.Fatalf("got %d %s, want %d %s", status, text, wantStatus, want)
	}
}

func TestANoteIsPinnedTickedOffAndTakenDown(t *testing.T) {
	server, data := board(t)
	notes := server.URL + "/api/notes"

	status, text := call(t, "POST", notes, `{"text": " buy cork "}`)
	expect(t, status, text, 201, `{"id":1,"text":"buy cork","done":false}`)
	status, text = call(t, "PATCH", notes+"/1", `{"done": true}`)
	expect(t, status, text, 200, `{"id":1,"text":"buy cork","done":true}`)

	again, err := OpenStore(data)
	if err != nil || len(again.All()) != 1 || !again.All()[0].Done {
		t.Fatalf("the note is not on disk: %v %v", again, err)
	}

	status, text = call(t, "DELETE", notes+"/1", "")
	expect(t, status, text, 204, "")
	status, text = call(t, "GET", notes, "")
	expect(t, status, text, 200, `{"notes":[]}`)
}

func TestBadRequestsAreRefused(t *testing.T) {
	server, _ := board(t)
	notes := server.URL + "/api/notes"

	status, text := call(t, "POST", notes, `{"text": "  "}`)
	expect(t, status, text, 400, `{"error":"text must have 1 to 200 characters"}`)
	status, text = call(t, "PATCH", notes+"/7", `{"done": true}`)
	expect(t, status, text, 404, `{"error":"no such note"}`)
	status, text = call(t, "DELETE", notes+"/7", "")
	expect(t, status, text, 404, `{"error":"no such note"}`)
	status, text = call(t, "GET", server.URL+"/api/other", "")
	expect(t, status, text, 404, `{"error":"no such address"}`)
}
