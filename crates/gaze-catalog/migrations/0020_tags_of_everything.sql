-- Tags of images are things of their own as well, with an id and dates. What they are, the image
-- says; these rows follow it. So do those of the firmware of images and instances.
ALTER TABLE tag ADD COLUMN pattern_id TEXT;
CREATE INDEX tag_by_pattern ON tag (pattern_id) WHERE pattern_id IS NOT NULL;
CREATE INDEX tag_by_text ON tag (text, id);

CREATE TABLE tag_pattern (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    description TEXT,
    color TEXT,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (owner_id, value)
);

-- Ids for what is there: a prefix that no other id has, and a number of 16 digits.
INSERT INTO tag (id, noun, subject_id, kind, text, created_at, updated_at)
SELECT '7461670000000000' || SUBSTR('000000000000000' || CAST(n AS TEXT), LENGTH(CAST(n AS TEXT)), 16),
       noun, subject_id, kind, text, created_at, created_at
FROM (
    SELECT noun, subject_id, kind, text, created_at,
           ROW_NUMBER() OVER (ORDER BY created_at, subject_id, kind, text) AS n
    FROM (
        SELECT 'image' AS noun, i.id AS subject_id,
               CASE WHEN t.tag IN ('qemuga', 'remote', 'CreatedBySystem', 'temporary', 'packer')
                    OR (SUBSTR(t.tag, 1, 12) = 'GuestTools::' AND LENGTH(t.tag) > 12)
                    THEN 'system' ELSE 'user' END AS kind,
               t.tag AS text, i.created_at AS created_at
        FROM image_tag t JOIN image i ON i.id = t.image_id
        UNION ALL
        SELECT 'image', id, 'firmware', firmware, created_at FROM image
        WHERE firmware IS NOT NULL
        UNION ALL
        SELECT 'instance', id, 'firmware', firmware, created_at FROM instance
        WHERE firmware IS NOT NULL
    ) said
) numbered;
