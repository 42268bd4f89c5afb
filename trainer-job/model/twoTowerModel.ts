export interface TwoTowerModel {
  dispose(): void;
}
