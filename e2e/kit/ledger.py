"""What a service keeps on its disk, compared with what it says it keeps."""

import hashlib


def files(server):
    """Every file below the stores' folders that is bytes of an image or might have been: path
    and size. The marker of a store is neither."""
    return {
        path.relative_to(server.data): path.stat().st_size
        for kind in ("blobs", "tmp")
        for path in server.data.glob(f"stores/*/{kind}/**/*")
        if path.is_file()
    }


def is_exact(server, native):
    """Compares catalogue and disk: every file belongs to an image, every complete image has its
    bytes, and the stores' accounts are the sums of both."""
    images = native.images() + native.items("/images?limit=500&status=deleted")
    promised = sorted(
        location["size"]
        for image in images
        for location in image["locations"]
        if location["state"] == "ready"
    )
    kept = files(server)
    assert sorted(kept.values()) == promised, f"on disk: {kept}; in the catalogue: {promised}"
    stores = native.stores()
    assert sum(store["used"] for store in stores) == sum(promised), (stores, promised)
    assert all(store["reserved"] == 0 for store in stores), stores
    for image in images:
        assert image["status"] in ("queued", "active", "deleted"), f"half an image: {image}"
        assert all(location["state"] == "ready" for location in image["locations"]), image
        if image["status"] == "active":
            bytes_of = native.bytes_of(image["id"])
            assert len(bytes_of) == image["size"]
            assert hashlib.sha256(bytes_of).hexdigest() == image["checksums"]["sha256"]
