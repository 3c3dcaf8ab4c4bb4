-- The image that a volume was made from, and the instance that it was taken off.
ALTER TABLE volume ADD COLUMN image_id TEXT;
ALTER TABLE volume ADD COLUMN last_instance_id TEXT;
ALTER TABLE volume ADD COLUMN detached_at BIGINT;

-- A file below a volume's active one. One file may be below several volumes.
CREATE TABLE snapshot (
    id TEXT PRIMARY KEY,
    volume_id TEXT NOT NULL REFERENCES volume (id) ON DELETE CASCADE,
    owner_id TEXT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    format TEXT NOT NULL,
    path TEXT NOT NULL,
    depth BIGINT NOT NULL,
    size BIGINT NOT NULL,
    allocated BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (volume_id, path)
);
CREATE INDEX snapshot_by_volume ON snapshot (volume_id, depth, id);
CREATE INDEX snapshot_by_owner ON snapshot (owner_id, created_at, id);
CREATE INDEX snapshot_newest ON snapshot (created_at, id);
