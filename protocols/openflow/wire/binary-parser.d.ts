/**
 * Types of binary-parser 2.3, as far as layout.ts uses it: the package's own are not found under NodeNext, because its
 * `exports` do not name them (and a `paths` entry would send the test runner to the declaration instead of the code).
 */
declare module 'binary-parser' {
  export class Parser {
    endianness(order: 'big' | 'little'): this;
    create(filled: new () => object): this;
    uint8(name: string): this;
    uint16(name: string): this;
    uint32(name: string): this;
    uint64(name: string): this;
    buffer(name: string, options: { length: number }): this;
    seek(size: number): this;
    parse(bytes: Uint8Array): unknown;
  }
}
