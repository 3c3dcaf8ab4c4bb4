-- Images that an operator asked to have at hand.
CREATE TABLE image_at_hand (
    image_id TEXT PRIMARY KEY REFERENCES image (id) ON DELETE CASCADE,
    asked_at BIGINT NOT NULL
);
