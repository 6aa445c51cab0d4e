/** So that the server, too, notices in half a minute that the machine of a client is gone, and lets go of its locks. */
export const TCP_KEEPALIVE =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=4';

/** The tables are those of `public`, whatever search path a role or a database has of its own. */
export const PUBLIC_SEARCH_PATH = '-c search_path=public';
