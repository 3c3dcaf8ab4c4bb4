-- What the last wish to keep an image in certain stores came to: the ids of the stores that it
-- missed, separated by commas.
CREATE TABLE image_placing (
    image_id TEXT PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    missed TEXT NOT NULL
);
