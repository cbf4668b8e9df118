// Command go checks what proves the lines of a log, with an implementation of signed notes and of
// hash trees that shares nothing with the one that made it: golang.org/x/mod/sumdb.
//
// It takes a directory in which there are
//
//	key       the log's verifier key
//	lines     all lines of the log, from number 0 on
//	proofs    a directory with a proof for each line that has one, of any name
//
// and prints how much it checked. It ends with status 1 at the first thing that does not hold.
// tests/outside runs it.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go DIR")
		os.Exit(2)
	}
	said, err := check(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}

// check checks everything in the directory, and says how much that was.
func check(dir string) (string, error) {
	key, err := os.ReadFile(filepath.Join(dir, "key"))
	if err != nil {
		return "", err
	}
	whole, err := os.ReadFile(filepath.Join(dir, "lines"))
	if err != nil {
		return "", err
	}
	lines := bytes.Split(bytes.TrimSuffix(whole, []byte("\n")), []byte("\n"))
	names, err := filepath.Glob(filepath.Join(dir, "proofs", "*"))
	if err != nil {
		return "", err
	}
	trees := make(map[int64]tlog.Hash)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		tree, err := checkProof(string(text), strings.TrimSpace(string(key)), lines)
		if err != nil {
			return "", fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		trees[tree.N] = tree.Hash
	}
	grown, err := checkTrees(trees, lines)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("proofs %d, trees %d, grown %d", len(names), len(trees), grown), nil
}

// A proof as c2sp.org/tlog-proof has it, with what `docs/format.md` puts into its extra data.
type proof struct {
	index      int64
	line       string
	notes      []string
	hashes     tlog.RecordProof
	checkpoint string
}

func parseProof(text string) (*proof, error) {
	head, checkpoint, ok := strings.Cut(text, "\n\n")
	fields := strings.Split(head, "\n")
	if !ok || len(fields) < 3 || fields[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(fields[1], "extra ") || !strings.HasPrefix(fields[2], "index ") {
		return nil, errors.New("not a proof")
	}
	p := &proof{checkpoint: checkpoint}
	extra, err := base64.StdEncoding.Strict().DecodeString(fields[1][len("extra "):])
	if err != nil {
		return nil, err
	}
	parts := strings.Split(strings.TrimSuffix(string(extra), "\n"), "\n")
	p.line = parts[0]
	for _, part := range parts[1:] {
		var n string
		if err := json.Unmarshal([]byte(part), &n); err != nil {
			return nil, err
		}
		p.notes = append(p.notes, n)
	}
	if p.index, err = strconv.ParseInt(fields[2][len("index "):], 10, 64); err != nil {
		return nil, err
	}
	for _, field := range fields[3:] {
		hash, err := tlog.ParseHash(field)
		if err != nil {
			return nil, err
		}
		p.hashes = append(p.hashes, hash)
	}
	return p, nil
}

// checkProof checks one proof, and returns the tree of its checkpoint.
func checkProof(text, key string, lines [][]byte) (*tlog.Tree, error) {
	p, err := parseProof(text)
	if err != nil {
		return nil, err
	}
	if p.index < 0 || p.index >= int64(len(lines)) || p.line != string(lines[p.index]) {
		return nil, errors.New("the log has another line of that number")
	}
	tree, err := openAll(append(p.notes, p.checkpoint), key)
	if err != nil {
		return nil, err
	}
	leaf := tlog.RecordHash([]byte(p.line))
	if err := tlog.CheckRecord(p.hashes, tree.N, tree.Hash, p.index, leaf); err != nil {
		return nil, err
	}
	return tree, nil
}

// openAll opens notes that lead from the log's key to a checkpoint, the last one, and returns its
// tree. An announcement has the key of the next one and that of its segment's first checkpoint; a
// checkpoint has the key of the next one.
func openAll(notes []string, announced string) (*tlog.Tree, error) {
	var tree *tlog.Tree
	own := ""
	for _, n := range notes {
		first, _, _ := strings.Cut(n, "\n")
		isAnnouncement := strings.HasSuffix(first, "/segments")
		if isAnnouncement && tree != nil {
			return nil, errors.New("an announcement behind a checkpoint")
		}
		key := own
		if isAnnouncement {
			key = announced
		}
		verifier, err := note.NewVerifier(key)
		if err != nil {
			return nil, err
		}
		opened, err := note.Open([]byte(n), note.VerifierList(verifier))
		if err != nil {
			return nil, err
		}
		body := strings.Split(opened.Text, "\n")
		if isAnnouncement {
			own, announced = valueOf(body, "key "), valueOf(body, "next-key ")
			continue
		}
		own = valueOf(body, "next-key ")
		if tree, err = treeOf(body); err != nil {
			return nil, err
		}
	}
	if tree == nil {
		return nil, errors.New("no checkpoint")
	}
	return tree, nil
}

func valueOf(body []string, key string) string {
	for _, line := range body {
		if strings.HasPrefix(line, key) {
			return line[len(key):]
		}
	}
	return ""
}

// treeOf reads the second and third line of a checkpoint. tlog.ParseTree wants another first one.
func treeOf(body []string) (*tlog.Tree, error) {
	if len(body) < 4 {
		return nil, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseInt(body[1], 10, 64)
	if err != nil {
		return nil, err
	}
	hash, err := tlog.ParseHash(body[2])
	return &tlog.Tree{N: size, Hash: hash}, err
}

// checkTrees checks that each tree is the one over the lines, and that each larger one is what a
// smaller one has grown to; and says how often.
func checkTrees(trees map[int64]tlog.Hash, lines [][]byte) (int, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for number, line := range lines {
		hashes, err := tlog.StoredHashes(int64(number), line, reader)
		if err != nil {
			return 0, err
		}
		stored = append(stored, hashes...)
	}
	var sizes []int64
	for size := range trees {
		sizes = append(sizes, size)
	}
	sort.Slice(sizes, func(a, b int) bool { return sizes[a] < sizes[b] })
	for at, size := range sizes {
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			return 0, err
		}
		if root != trees[size] {
			return 0, fmt.Errorf("the tree of %d lines has another root", size)
		}
		for _, older := range sizes[:at] {
			proof, err := tlog.ProveTree(size, older, reader)
			if err != nil {
				return 0, err
			}
			if err := tlog.CheckTree(proof, size, trees[size], older, trees[older]); err != nil {
				return 0, fmt.Errorf("from %d to %d lines: %w", older, size, err)
			}
		}
	}
	return len(sizes) * (len(sizes) - 1) / 2, nil
}
