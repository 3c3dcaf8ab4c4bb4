-- The right to send the bytes of one image, known by the hash of its secret. A second secret may
-- be told later to whoever asks for the address again; the first stays good.
CREATE TABLE upload_ticket (
    image_id TEXT PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    again TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX upload_ticket_by_end ON upload_ticket (expires_at);
