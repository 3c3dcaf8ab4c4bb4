-- Texts on things other than images, which keep their own.
CREATE TABLE tag (
    id TEXT PRIMARY KEY,
    noun TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (subject_id, kind, text)
);
CREATE INDEX tag_newest ON tag (created_at, id);

ALTER TABLE cluster ADD COLUMN description TEXT;
ALTER TABLE pool ADD COLUMN description TEXT;
ALTER TABLE store ADD COLUMN host TEXT;
-- Until now a store's capacity was settled when it was made, by the operator or by what was free.
ALTER TABLE store ADD COLUMN max_bytes BIGINT;
UPDATE store SET max_bytes = capacity;
