/**
 * The log that writes: winston, to standard error. Lines for people on a terminal, JSON objects otherwise.
 */
import winston from 'winston';
import type { Log } from '../runtime/log.ts';

export interface LogSettings {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly format: 'auto' | 'text' | 'json';
}

const LEVELS = ['error', 'warn', 'info', 'debug'];

export function createLog({ level, format }: LogSettings): Log {
  const isTerminal = process.stderr.isTTY === true;
  const asText = format === 'text' || (format === 'auto' && isTerminal);
  const logger = winston.createLogger({
    level,
    format: asText ? textFormat(isTerminal && process.env.NO_COLOR === undefined) : jsonFormat(),
    transports: [new winston.transports.Console({ stderrLevels: LEVELS })],
  });
  return {
    debug: (message, details) => logger.debug(message, details),
    info: (message, details) => logger.info(message, details),
    warn: (message, details) => logger.warn(message, details),
    error: (message, details) => logger.error(message, details),
  };
}

function jsonFormat(): winston.Logform.Format {
  return winston.format.combine(winston.format.timestamp(), winston.format.json());
}

const COLORS: Readonly<Record<string, string>> = {
  error: '31',
  warn: '33',
  info: '32',
  debug: '2',
};

/** Names come from peers: none of them commands the terminal or begins a line of its own. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

function textFormat(colored: boolean): winston.Logform.Format {
  return winston.format.combine(
    winston.format.timestamp({ format: 'HH:mm:ss.SSS' }),
    winston.format.printf(({ timestamp, level, message }) => {
      const word = level.padEnd(5);
      const shown = colored ? `\u001b[${COLORS[level] ?? '0'}m${word}\u001b[0m` : word;
      return `${String(timestamp)} ${shown} ${String(message).replaceAll(CONTROL, '?')}`;
    }),
  );
}
