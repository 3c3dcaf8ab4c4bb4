"""Serves OpenStack's Keystone over TLS. Run by the Python of Keystone's own environment, with the
variable OS_KEYSTONE_CONFIG_FILES:

    python keystone_server.py PORT FOLDER

The folder gets a certificate authority of this server's own (`ca.pem`) if it has none yet.
"""

import datetime
import ipaddress
import socketserver
import ssl
import sys
from pathlib import Path
from wsgiref import simple_server

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    for extension in extensions:
        made = made.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return made.sign(issuer_key, hashes.SHA256())


def make_certificates(folder):
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.BasicConstraints(ca=True, path_length=0)
    ca = certificate("the suite", ca_key, "the suite", ca_key, [authority])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    leaf = x509.BasicConstraints(ca=False, path_length=None)
    own = certificate("keystone", key, "the suite", ca_key, [leaf, address])
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + own.public_bytes(pem))
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))


def main():
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    # Keystone reads the command line as its own.
    del sys.argv[1:]
    if not (folder / "ca.pem").exists():
        make_certificates(folder)
    from keystone.server import wsgi

    application = wsgi.initialize_public_application()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server = Server(("127.0.0.1", port), simple_server.WSGIRequestHandler)
    server.set_app(application)
    # The handshake is left to the thread of each connection: one that says nothing holds up none.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
