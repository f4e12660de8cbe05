"""What a machine that runs the site needs besides: a systemd unit and the lines of Caddy, which gives it https."""

from __future__ import annotations

from urllib.parse import urlsplit

from threadleaf.config import Settings

UNIT = """[Unit]
Description=Threadleaf
Wants=network-online.target
After=network-online.target

[Service]
User={user}
ExecStart={program} serve --config {file}
Environment=THREADLEAF_DATA={data}
Restart=on-failure
MemoryMax=600M
UMask=0077
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={data}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""

CADDY = """{host} {{
	reverse_proxy {listens}
}}
"""


def unit(settings: Settings, *, user: str, program: str, file: str) -> str:
    """A systemd unit that runs the site of a settings file as one of the machine's users."""
    return UNIT.format(user=user, program=program, file=file, data=settings.data)


def not_as_root(settings: Settings, file: str) -> str:
    """What to do about a unit that would run the site as root; `file` is that of the settings."""
    return (
        "You are root, and as it stands the site would run as root (User=root). Give it a user of its own instead:\n"
        f"  useradd --system --home-dir {settings.data} --shell /usr/sbin/nologin threadleaf\n"
        f"  chown -R threadleaf: {settings.data} {file}\n"
        "Write User=threadleaf into the unit, and see that this user may read what lies above these two places and the\n"
        "program."
    )


def caddy(settings: Settings) -> str:
    """What Caddy needs to know: the site's name, for which it gets a certificate, and where we listen."""
    host = urlsplit(settings.public_origin).netloc
    listens = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    return CADDY.format(host=host, listens=listens)
