-- Images of one owner that are alike in everything that has few values are of one class. A filter
-- on such a thing leaves some classes, and the newest images of a class stand together in an index:
-- a page is read from its classes without passing over other images, however few are wanted.
CREATE TABLE image_class (
    id BIGINT PRIMARY KEY,
    likeness TEXT NOT NULL UNIQUE,
    owner_id TEXT NOT NULL,
    visibility TEXT NOT NULL,
    status TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    protected BIGINT NOT NULL,
    hidden BIGINT NOT NULL,
    media TEXT NOT NULL,
    system BIGINT NOT NULL,
    virtio BIGINT NOT NULL,
    platform TEXT NOT NULL,
    architecture TEXT,
    firmware TEXT,
    format TEXT,
    -- How many there are.
    images BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX image_class_by_owner ON image_class (owner_id);
CREATE INDEX image_class_by_visibility ON image_class (visibility);

-- A likeness is made of the columns in their order, here as in the program.
INSERT INTO image_class (id, likeness, owner_id, visibility, status, enabled, protected, hidden,
                         media, system, virtio, platform, architecture, firmware, format, images)
SELECT ROW_NUMBER() OVER (ORDER BY owner_id, visibility, status, enabled, protected, hidden, media,
                          system, virtio, platform, architecture, firmware, format),
       owner_id || '/' || visibility || '/' || status || '/' || CAST(enabled AS TEXT) || '/'
       || CAST(protected AS TEXT) || '/' || CAST(hidden AS TEXT) || '/' || media || '/'
       || CAST(system AS TEXT) || '/' || CAST(virtio AS TEXT) || '/' || platform || '/'
       || COALESCE(architecture, '') || '/' || COALESCE(firmware, '') || '/' || COALESCE(format, ''),
       owner_id, visibility, status, enabled, protected, hidden, media, system, virtio, platform,
       architecture, firmware, format, images
FROM (
    SELECT owner_id, visibility, status, enabled, protected, hidden, media, system, virtio,
           platform, architecture, firmware, format, COUNT(*) AS images
    FROM image
    GROUP BY owner_id, visibility, status, enabled, protected, hidden, media, system, virtio,
             platform, architecture, firmware, format
) alike;

ALTER TABLE image ADD COLUMN class_id BIGINT NOT NULL DEFAULT 0;
UPDATE image SET class_id = (
    SELECT c.id FROM image_class c WHERE c.likeness =
        image.owner_id || '/' || image.visibility || '/' || image.status || '/'
        || CAST(image.enabled AS TEXT) || '/' || CAST(image.protected AS TEXT) || '/'
        || CAST(image.hidden AS TEXT) || '/' || image.media || '/' || CAST(image.system AS TEXT)
        || '/' || CAST(image.virtio AS TEXT) || '/' || image.platform || '/'
        || COALESCE(image.architecture, '') || '/' || COALESCE(image.firmware, '') || '/'
        || COALESCE(image.format, '')
);
CREATE INDEX image_class_newest ON image (class_id, created_at, id);

-- Candidates are what some classes have.
DROP INDEX image_candidate;
DROP INDEX image_candidate_owned;
DROP INDEX image_candidate_public;
DROP INDEX image_iso_candidate;
DROP INDEX image_iso_candidate_owned;
DROP INDEX image_iso_candidate_public;

-- Most images are private, and nobody asks for those of all owners.
DROP INDEX image_visibility_newest;
DROP INDEX image_visibility_name;
CREATE INDEX image_public_newest ON image (created_at, id) WHERE visibility = 'public';
CREATE INDEX image_public_name ON image (name, id) WHERE visibility = 'public';
CREATE INDEX image_community_newest ON image (created_at, id) WHERE visibility = 'community';
CREATE INDEX image_community_name ON image (name, id) WHERE visibility = 'community';

-- Tags and properties know of their image what a page is read by: its class and its age.
CREATE TABLE image_tag_of_class (
    image_id TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    class_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (image_id, tag)
);
INSERT INTO image_tag_of_class (image_id, tag, class_id, created_at)
SELECT t.image_id, t.tag, i.class_id, i.created_at FROM image_tag t JOIN image i ON i.id = t.image_id
ORDER BY t.image_id, t.tag;
DROP TABLE image_tag;
ALTER TABLE image_tag_of_class RENAME TO image_tag;
CREATE INDEX image_tag_newest ON image_tag (tag, class_id, created_at, image_id);

DROP INDEX image_property_by_value;
ALTER TABLE image_property ADD COLUMN class_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE image_property ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
UPDATE image_property SET (class_id, created_at) =
    (SELECT i.class_id, i.created_at FROM image i WHERE i.id = image_property.image_id);
CREATE INDEX image_property_newest ON image_property (name, value, class_id, created_at, image_id);

-- Only on PostgreSQL:
-- Writers would wait for one another at these numbers.
ALTER TABLE image_class DROP COLUMN images;
-- The class of a tag or property changes with its image, which is counted.
CREATE TRIGGER change AFTER INSERT OR DELETE ON image_tag EXECUTE FUNCTION count_change();
DROP TRIGGER change ON image_property;
CREATE TRIGGER change AFTER INSERT OR DELETE ON image_property EXECUTE FUNCTION count_change();
