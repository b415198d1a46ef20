package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unicode/utf8"
)

const maxText = 200

var (
	errInvalidNote = fmt.Errorf("text must have 1 to %d characters", maxText)
	errNoNote      = errors.New("no such note")
)

// Note is one card on the board.
type Note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
	Done bool   `json:"done"`
}

// Store keeps notes in one JSON file, oldest first. Every change is on disk before it is
// answered. It is safe for concurrent use.
type Store struct {
	path  string
	mutex sync.Mutex
	notes []Note
}

// OpenStore reads the file at path; a missing file is an empty board.
func OpenStore(path string) (*Store, error) {
	store := &Store{path: path, notes: []Note{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return store, nil
	}
	if err != nil {
		return nil, err
	}
	return store, json.Unmarshal(data, &store.notes)
}

// All returns a copy of the notes.
func (s *Store) All() []Note {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]Note{}, s.notes...)
}

// Add pins a note.
func (s *Store) Add(text string) (Note, error) {
	text = strings.TrimSpace(text)
	if text == "" || utf8.RuneCountInString(text) > maxText {
		return Note{}, errInvalidNote
	}

	s.mutex.Lock()
	defer s.mutex.Unlock()
	next := 1
	for _, note := range s.notes {
		next = max(next, note.ID+1)
	}
	note := Note{ID: next, Text: text}
	return note, s.replace(append(append([]Note{}, s.notes...), note))
}

// SetDone ticks a note off, or on again.
func (s *Store) SetDone(id int, done bool) (Note, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	notes := append([]Note{}, s.notes...)
	for i := range notes {
		if notes[i].ID == id {
			notes[i].Done = done
			return notes[i], s.replace(notes)
		}
	}
	return Note{}, errNoNote
}

// Remove takes a note down.
func (s *Store) Remove(id int) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i, note := range s.notes {
		if note.ID == id {
			return s.replace(append(append([]Note{}, s.notes[:i]...), s.notes[i+1:]...))
		}
	}
	return errNoNote
}

// replace writes the notes and only then shows them; the caller holds the mutex.
func (s *Store) replace(notes []Note) error {
	data, err := json.MarshalIndent(notes, "", "  ")
	if err != nil {
		return err
	}
	partial := s.path + ".partial"
	if err := os.WriteFile(partial, data, 0o644); err != nil {
		return err
	}
	if err := os.Rename(partial, s.path); err != nil {
		return err
	}
	s.notes = notes
	return nil
}
