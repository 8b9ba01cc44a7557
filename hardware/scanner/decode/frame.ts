/** A picture as 8-bit luma, row by row, without padding: `data.length === width * height`. */
export interface LumaFrame {
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}
