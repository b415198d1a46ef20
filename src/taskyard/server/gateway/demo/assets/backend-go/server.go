package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

const maxBody = 64 * 1024

// newHandler serves the notes API below /api/ and the files of the front end.
func newHandler(store *Store, frontend string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /api/notes", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string][]Note{"notes": store.All()})
	})
	mux.HandleFunc("POST /api/notes", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Text string `json:"text"`
		}
		decode(w, r, &body)
		note, err := store.Add(body.Text)
		conclude(w, http.StatusCreated, note, err)
	})
	mux.HandleFunc("PATCH /api/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Done *bool `json:"done"`
		}
		decode(w, r, &body)
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			problem(w, http.StatusNotFound, "no such address")
			return
		}
		if body.Done == nil {
			problem(w, http.StatusBadRequest, "done must be true or false")
			return
		}
		note, err := store.SetDone(id, *body.Done)
		conclude(w, http.StatusOK, note, err)
	})
	mux.HandleFunc("DELETE /api/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err == nil {
			err = store.Remove(id)
		}
		if err != nil {
			problem(w, http.StatusNotFound, errNoNote.Error())
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusNotFound, "no such address")
	})
	files := http.FileServer(http.Dir(frontend))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		// Edits of the front end show at the next reload.
		w.Header().Set("Cache-Control", "no-store")
		files.ServeHTTP(w, r)
	})
	return mux
}

// decode reads a JSON object; anything else counts as an empty one.
func decode(w http.ResponseWriter, r *http.Request, target any) {
	_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(target)
}

func conclude(w http.ResponseWriter, status int, note Note, err error) {
	switch {
	case errors.Is(err, errInvalidNote):
		problem(w, http.StatusBadRequest, err.Error())
	case errors.Is(err, errNoNote):
		problem(w, http.StatusNotFound, err.Error())
	case err != nil:
		problem(w, http.StatusInternalServerError, err.Error())
	default:
		answer(w, status, note)
	}
}

func problem(w http.ResponseWriter, status int, detail string) {
	answer(w, status, map[string]string{"error": detail})
}

func answer(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document)
}
