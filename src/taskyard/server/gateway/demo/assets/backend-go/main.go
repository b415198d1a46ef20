// Corkboard's server: the same API, answers and data file as backend/ in Python.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
)

func main() {
	host := flag.String("host", "127.0.0.1", "address to listen on")
	port := flag.Int("port", 8001, "port to listen on")
	data := flag.String("data", "../notes.json", "file with the notes")
	frontend := flag.String("frontend", "../frontend", "folder with the page")
	flag.Parse()

	store, err := OpenStore(*data)
	if err != nil {
		log.Fatalf("cannot read %s: %v", *data, err)
	}

	address := net.JoinHostPort(*host, strconv.Itoa(*port))
	fmt.Printf("Corkboard: http://%s/\n", address)
	log.Fatal(http.ListenAndServe(address, newHandler(store, *frontend)))
}
