# The application: built in one stage, run in another that holds no tools and no sources.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/package.json ./
COPY --from=build /app/dist ./dist
# The server writes its spool, traces and, if wished, its archive in one folder and nowhere else: mount a volume there.
RUN install -d -o node -g node /var/lib/ringcard
ENV SPOOL_FOLDER=/var/lib/ringcard/spool HISTORY_ARCHIVE_FOLDER=/var/lib/ringcard/archive
ENV TRACE_FOLDER=/var/lib/ringcard/traces
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080
VOLUME /var/lib/ringcard
USER node
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/live').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=64", "--heap-growing-percent=200", "dist/server/main.js"]
