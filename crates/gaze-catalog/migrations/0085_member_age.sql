-- A page of what others have shared is read by the age of the images, which members know as tags and
-- properties do.
ALTER TABLE image_member ADD COLUMN image_created_at BIGINT NOT NULL DEFAULT 0;
UPDATE image_member SET image_created_at =
    (SELECT i.created_at FROM image i WHERE i.id = image_member.image_id);
DROP INDEX image_member_by_project;
CREATE INDEX image_member_by_project ON image_member (project_id, state, image_created_at, image_id);
