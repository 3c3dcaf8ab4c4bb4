CREATE TABLE export (
    id TEXT PRIMARY KEY,
    image_id TEXT NOT NULL REFERENCES image (id),
    store_id TEXT NOT NULL REFERENCES store (id),
    format TEXT NOT NULL,
    blob_key TEXT,
    size BIGINT NOT NULL,
    md5 TEXT,
    sha256 TEXT,
    state TEXT NOT NULL,
    job_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (store_id, blob_key)
);
CREATE INDEX export_by_image ON export (image_id, created_at, id);
-- One of a kind, besides those that are on their way out.
CREATE UNIQUE INDEX export_of_a_kind ON export (image_id, store_id, format)
    WHERE state <> 'deleting';

-- The candidate lists of discs, as those of root disks.
CREATE INDEX image_iso_candidate ON image (architecture, created_at, id)
    WHERE media = 'iso' AND status = 'active' AND enabled = 1 AND system = 0;
CREATE INDEX image_iso_candidate_owned ON image (owner_id, architecture, created_at, id)
    WHERE media = 'iso' AND status = 'active' AND enabled = 1 AND system = 0;
CREATE INDEX image_iso_candidate_public ON image (architecture, created_at, id)
    WHERE media = 'iso' AND status = 'active' AND enabled = 1 AND system = 0
    AND visibility = 'public';
